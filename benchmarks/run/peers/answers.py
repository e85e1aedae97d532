"""A server that decodes a question and encodes a reply: raw ASGI under uvicorn, Starlette, or aiohttp; the method is a
coroutine, or runs on an executor's thread: ``answers.py WAY async|thread PORT``."""

import asyncio
import sys

import msgspec


class Question(msgspec.Struct):
    """What comes in: ``{"params": …}``."""

    id: int
    user: str
    amount: float


class Envelope(msgspec.Struct):
    """The object around it."""

    params: Question


class Reply(msgspec.Struct):
    """What goes out."""

    id: int
    amount: float


decode = msgspec.json.Decoder(Envelope).decode
encode = msgspec.json.Encoder().encode


def plainly(question):
    return Reply(question.id, question.amount * 1.19)


async def waiting(question):
    return Reply(question.id, question.amount * 1.19)


async def answered(body, way):
    question = decode(body).params
    if way == "async":
        return encode(await waiting(question))
    return encode(await asyncio.get_running_loop().run_in_executor(None, plainly, question))


def asgi(way):
    async def application(scope, receive, send):
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        made = await answered(body, way)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(made))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": made})

    return application


def starlette(way):
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    async def endpoint(request):
        return Response(await answered(await request.body(), way), media_type="application/json")

    return Starlette(routes=[Route("/{path}", endpoint, methods=["POST"])])


def aiohttp(way, port):
    from aiohttp import web

    async def endpoint(request):
        return web.Response(body=await answered(await request.read(), way), content_type="application/json")

    application = web.Application()
    application.router.add_post("/{path}", endpoint)
    web.run_app(application, host="127.0.0.1", port=port, access_log=None, print=None)


def main(framework, way, port):
    if framework == "aiohttp":
        aiohttp(way, int(port))
        return
    import uvicorn

    made = {"asgi": asgi, "starlette": starlette}[framework](way)
    uvicorn.run(made, host="127.0.0.1", port=int(port), log_level="error", access_log=False, lifespan="off", ws="none")


if __name__ == "__main__":
    main(*sys.argv[1:])
