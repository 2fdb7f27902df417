# One image for every program of docker-compose.yml.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv .venv
COPY requirements.txt ./
RUN .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY package.json package-lock.json .npmrc ./
COPY governance_center/embedded/frontend.py governance_center/embedded/frontend.py
COPY static/icons.txt static/icons.txt
RUN .venv/bin/python governance_center/embedded/frontend.py --download && rm -r node_modules
COPY . .
# The settings want every variable; these are thrown away with this step.
RUN DEMO_MODE=0 SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql:///build REDIS_URL=redis://build \
    FIELD_KEYS=1:aes-gcm:QUFBQQ== LOOKUP_KEYS=1:QUFBQQ== FILES_DIR=/data/files ANCHOR_FILE=/anchors/anchors.jsonl \
    STATIC_ROOT=/app/collected .venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.11-slim
RUN useradd --system --uid 10001 centre \
    && install --directory --owner centre /data/files /data/beat /anchors /outbox
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 DEMO_MODE=0 STATIC_ROOT=/app/collected \
    FILES_DIR=/data/files ANCHOR_FILE=/anchors/anchors.jsonl OUTBOX_FILE=/outbox/messages.jsonl
USER centre
