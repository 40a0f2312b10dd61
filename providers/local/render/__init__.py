"""What the built-in provider does for each operation."""

from collections.abc import Callable, Mapping

from providers.local.render.clip import (
    image_to_video,
    restyle,
    text_to_video,
    video_extend,
    video_transition,
)
from providers.local.render.fusion import fusion
from providers.local.render.still import (
    compose,
    derive,
    frame_extract,
    image_to_image,
    text_to_image,
    upscale,
)
from providers.local.work import Work

Render = Callable[[Work], None]

RENDERS: Mapping[str, Render] = {
    render.__name__: render
    for render in (
        text_to_image,
        image_to_image,
        upscale,
        compose,
        derive,
        text_to_video,
        image_to_video,
        video_extend,
        video_transition,
        fusion,
        frame_extract,
        restyle,
    )
}
