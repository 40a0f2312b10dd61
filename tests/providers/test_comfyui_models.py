"""The seed and the models of a job are told, with hashes where the server has them."""

import pytest

from providers.comfyui.models import Making, hashed, read_making
from providers.comfyui.server import Server
from providers.event import Model
from tests.providers.comfyui_graphs import node
from tests.providers.comfyui_help import comfy, graph
from tests.providers.misbehaving import Way

SEVERAL = Making(7, (("sd_xl.safetensors", "ckpt_name"), ("ink.safetensors", "lora_name")))


def test_models_and_seed_are_read_from_what_led_to_the_output() -> None:
    workflow = graph()
    workflow["50"] = node("VAELoader", vae_name="fine.safetensors")
    workflow["8"]["inputs"]["vae"] = ["50", 0]
    workflow["60"] = node("CheckpointLoaderSimple", ckpt_name="idle.safetensors")
    making = read_making(workflow, ("9",))
    assert making.seed == 7
    assert making.models[0] == ("sd_xl.safetensors", "ckpt_name")
    assert set(making.models[1:]) == {
        ("ink.safetensors", "lora_name"),
        ("fine.safetensors", "vae_name"),
    }
    assert read_making({}, ()) == Making()


@pytest.mark.anyio
async def test_hashes_are_told_where_the_server_has_them() -> None:
    with comfy() as running:
        server = Server(running.url)
        running.comfy.metadata["checkpoints/sd_xl.safetensors"] = {
            "modelspec.hash_sha256": "0xABCD"
        }
        expected = (Model("sd_xl.safetensors", "abcd"), Model("ink.safetensors"))
        assert await hashed(server, SEVERAL) == expected
        running.front.meet(Way.UNHEARD, path="/view_metadata/loras")
        assert await hashed(server, SEVERAL) == expected, "what was told before is kept"
        running.front.meet(Way.HALF, path="/view_metadata/.*")
        assert await hashed(server, SEVERAL) == tuple(Model(name) for name, _ in SEVERAL.models)
        await server.close()
