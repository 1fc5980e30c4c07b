# One image for web, live, worker, beat and the one-shot that migrates.
FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --silent

FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/app/platform:/app \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    MEDIA_ROOT=/data/media

WORKDIR /app

COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY manage.py ./
COPY platform ./platform
COPY apps ./apps
COPY templates ./templates
COPY static ./static
COPY locale ./locale
# What pages load of the npm packages; `collectstatic` takes the few files that are named in the settings.
COPY --from=packages /app/node_modules ./node_modules

RUN useradd --system --uid 10001 --home-dir /data exchange \
    && mkdir -p /data/media /data/run \
    && pybabel --quiet compile --domain django --directory locale \
    && SECRET_KEY=build SEALING_KEY=build DATABASE_URL=postgresql://build@localhost/build REDIS_URL=redis://localhost \
       python manage.py collectstatic --noinput \
    && chown -R exchange /data
USER exchange
VOLUME /data

EXPOSE 8000
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
