# Everything that builds stays behind in the first stage; the image that runs has dist/ and nothing else.
FROM fnproject/node:24-dev AS build
WORKDIR /function
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.ts scripts/
COPY scripts/build scripts/build
COPY src src
RUN npm run build

FROM fnproject/node:24
WORKDIR /function
COPY --from=build --chown=1000:1000 --chmod=0444 /function/dist/ ./
# OCI Functions runs every container as uid and gid 1000, whatever stands here.
USER 1000:1000
ENV NODE_ENV=production
ENTRYPOINT ["node", "func.js"]
