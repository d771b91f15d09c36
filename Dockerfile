# Everything that builds stays behind in the first stage; the image that runs has dist/ and nothing else.
# Registries are named: podman, which is Cloud Shell's docker, asks about short names or refuses them.
FROM docker.io/fnproject/node:24-dev AS build
WORKDIR /function
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json Dockerfile ./
COPY scripts/build.ts scripts/
COPY scripts/build scripts/build
COPY scripts/command-line scripts/command-line
COPY scripts/stand-ins scripts/stand-ins
COPY stack stack
COPY src src
# Ends in a rehearsal of the first calls, from which V8's compiled code is kept: for this very Node.
# Modes are set here, as COPY sets them only under BuildKit and podman.
RUN npm run build && chmod 0444 dist/*

FROM docker.io/fnproject/node:24
WORKDIR /function
COPY --from=build --chown=1000:1000 /function/dist/ ./
# OCI Functions runs every container as uid and gid 1000, whatever stands here.
USER 1000:1000
ENV NODE_ENV=production
# The heap fits the smallest memory there is, 128 MB. Compiling in other threads brings nothing on a
# part of a CPU, and takes 20 MB: see docs/performance. Nothing needs `__proto__`.
ENTRYPOINT ["node", "--max-old-space-size=64", "--max-semi-space-size=2", "--no-concurrent-recompilation", "--disable-proto=delete", "func.js"]
