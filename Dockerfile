# Only dist/ goes into the image; everything that builds it stays in the first stage.
# Registries are named because podman, which is Cloud Shell's docker, rejects or asks about short names.
FROM docker.io/fnproject/node:24-dev AS build
WORKDIR /function
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
# All that the build reads: a test compares these lines and .dockerignore with what it imports.
COPY tsconfig.json Dockerfile ./
COPY scripts/build scripts/build
COPY src src
# Includes V8's compiled code, which fits this version of Node only. Modes are set here because
# COPY --chmod works under BuildKit and podman alone.
RUN node --import tsx scripts/build/build.ts && chmod 0444 dist/*

FROM docker.io/fnproject/node:24
WORKDIR /function
# The files stay root's, so that the function, which runs as uid 1000, can neither write them nor
# change their modes.
COPY --from=build /function/dist/ ./
# OCI Functions runs every container as uid and gid 1000, whatever this says.
USER 1000:1000
ENV NODE_ENV=production
# The heap fits the smallest memory, 128 MB. Compiling in other threads takes 20 MB and is no faster on
# a part of a CPU: see docs/performance. Nothing needs `__proto__`.
ENTRYPOINT ["node", "--max-old-space-size=64", "--max-semi-space-size=2", "--no-concurrent-recompilation", "--disable-proto=delete", "func.js"]
