"""What holds for the web server wherever it is started; the rest is said where it is started."""

# Its own log would quote addresses and request lines. There is no access log.
logger_class = "recovery.web_log.WebServer"
accesslog = None
