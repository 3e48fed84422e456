FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
# Compiled for this machine: it starts in two thirds of the time, and leaves other systems' libraries out.
RUN dotnet publish src/Smile.Server -c Release --use-current-runtime --self-contained false -p:PublishReadyToRun=true -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# Fonts of the scripts that customers' names may have, beyond those of the server itself.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app .
COPY catalogue /catalogue
USER app
EXPOSE 8080
ENTRYPOINT ["dotnet", "smile-server.dll"]
CMD ["serve", "--migrate", "--urls", "http://0.0.0.0:8080"]
