"""The web server's own log, which says no more of visitors than ours."""

from typing import Any

from gunicorn.glogging import Logger

from recovery.logs import Plain


class WebServer(Logger):
    """Gunicorn's own lines, without the network address and request line it likes to quote."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Plain("{asctime} {levelname} {name}: {message}", style="{"))

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if str(msg).startswith("Invalid request from ip="):
            msg, args = "A request that cannot be read was refused.", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if str(msg).startswith("Error handling request"):
            msg, args = "A request could not be answered.", ()
        super().exception(msg, *args, **kwargs)
