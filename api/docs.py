"""The documentation page: Swagger UI from its installed package, offline and under the CSP."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import swagger_ui_bundle
from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.params import FromPath

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>诚信计量登记 · 接口文档 / API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><main id="api"><p><a href="/api/openapi.json">openapi.json</a></p></main>
<script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/init.js"></script></body></html>
"""

START = (
    'SwaggerUIBundle({url: "/api/openapi.json", dom_id: "#api", deepLinking: true,'
    " validatorUrl: null, tryItOutEnabled: false});\n"
)

SHOWN = {
    "swagger-ui.css": MediaType.CSS,
    "swagger-ui-bundle.js": "text/javascript",
    "init.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}


@cache
def _asset(name: str) -> bytes:
    if name == "init.js":
        return START.encode()
    return next(Path(swagger_ui_bundle.__file__).parent.rglob(name)).read_bytes()


class Documentation(OpenAPIRenderPlugin):
    """The page at the root of the interface."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the page; it fetches the document itself."""
        return PAGE.encode()


@get("/api/docs/{name:str}", sync_to_thread=False, include_in_schema=False)
def documentation_asset(name: FromPath[str]) -> Response[bytes]:
    """Return one of the files of the documentation page."""
    if name not in SHOWN:
        raise NotFoundException
    content = _asset(name)
    tag = hashlib.blake2b(content, digest_size=16).hexdigest()
    return Response(
        content,
        media_type=SHOWN[name],
        headers={"ETag": f'"{tag}"', "Cache-Control": "public, max-age=86400"},
    )
