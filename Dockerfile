# One image for web, live, workers, scheduler, beat and the one-shot that migrates. tests/config/test_image.py runs these
# very steps without Docker.
FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --silent

FROM python:3.12-slim AS built
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app/platform:/app \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv \
    && pip install --quiet --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY manage.py ./
COPY platform ./platform
COPY apps ./apps
COPY templates ./templates
COPY static ./static
COPY locale ./locale
COPY --from=packages /app/node_modules ./node_modules
# Of the npm packages only what pages load or draw stays.
RUN export SECRET_KEY=build SEALING_KEY=build DATABASE_URL=postgresql://build@localhost/build REDIS_URL=redis://localhost \
        COLLECTION_ACCOUNT_NAME=build COLLECTION_ACCOUNT_BANK=build COLLECTION_ACCOUNT_NUMBER=build \
    && pybabel --quiet compile --domain django --directory locale \
    && python manage.py collectstatic --noinput --verbosity 0 \
    && python manage.py needed_packages needed \
    && rm -rf node_modules \
    && mv needed node_modules

FROM python:3.12-slim
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/app/platform:/app \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    PATH=/venv/bin:$PATH \
    MEDIA_ROOT=/data/media \
    LOG_FOLDER=/data/logs
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /data exchange \
    && mkdir -p /data/media /data/run /data/logs \
    && chown -R exchange /data
COPY --from=built /venv /venv
COPY --from=built /app ./
USER exchange
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
