"""The FastAPI application: routes, documents, errors, and what surrounds them."""

from importlib.metadata import version

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from clavilux_gateway.middleware import Surroundings
from clavilux_gateway.parts import Parts
from clavilux_gateway.problems import answer_with_problems
from clavilux_gateway.routes import downloads, jobs, media, ops, stream, uploads

_DESCRIPTION = "Turns a song and a few sentences into a music video whose cuts fall on the beat."


def build_app(parts: Parts) -> FastAPI:
    """Return the application around its parts."""
    app = FastAPIOffline(
        title="Clavilux",
        description=_DESCRIPTION,
        version=version("clavilux-gateway"),
        openapi_url="/api/v1/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    for subject in (uploads, jobs, stream, downloads, media, ops):
        app.include_router(subject.router)
    answer_with_problems(app)
    if parts.settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=parts.settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID", "Range", "X-Request-ID"],
            expose_headers=["Content-Disposition", "Content-Range", "ETag", "Retry-After", "X-Request-ID"],
        )
    app.add_middleware(Surroundings)
    return app
