# One image for the API, the worker and the one-off commands. Neo4j and Redis stand outside:
# NEO4J_URI and REDIS_URL must name them, as nothing here fetches Neo4j's jars.
FROM python:3.11-slim AS requirements
RUN python -m venv /venv
COPY requirements/run.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r run.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home pedigree \
    && install --directory --owner pedigree --mode 0700 /data
COPY --from=requirements /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PEDIGREE_HOST=0.0.0.0 \
    PEDIGREE_PORT=8000 \
    PEDIGREE_DATA_DIR=/data
USER pedigree
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PEDIGREE_PORT'] + '/health/live', timeout=4)"]
ENTRYPOINT ["python", "-m", "cli.main"]
CMD ["serve", "--no-worker"]
