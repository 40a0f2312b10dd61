"""Bodies of Kling's old design: videos from texts and frames, and images."""

from typing import Any

from providers.contract import Request
from tests.providers.kling_help import A, B, C, mark, wanted

PATHS = [[{"x": 1, "y": 2}, {"x": 3, "y": 4}]]
SHOTS = [
    {"prompt": "@fox sits", "durationSeconds": 4},
    {"prompt": "it runs", "durationSeconds": 6},
]

PLAIN_ROWS: dict[str, tuple[Request, str, dict[str, Any]]] = {
    "text2video": (
        wanted("text_to_video", prompt="a fox", negativePrompt="rain", audio=True, mode="pro"),
        "videos/text2video",
        {
            "model_name": "kling-v3",
            "prompt": "a fox",
            "negative_prompt": "rain",
            "mode": "pro",
            "aspect_ratio": "16:9",
            "duration": "5",
            "sound": "on",
        },
    ),
    "text2video in shots": (
        wanted("text_to_video", shots=SHOTS, durationSeconds=5),
        "videos/text2video",
        {
            "model_name": "kling-v3",
            "mode": "std",
            "aspect_ratio": "16:9",
            "duration": "10",
            "sound": "off",
            "multi_shot": True,
            "shot_type": "customize",
            "multi_prompt": [
                {"index": 1, "prompt": "@fox sits", "duration": "4"},
                {"index": 2, "prompt": "it runs", "duration": "6"},
            ],
        },
    ),
    "text2video that Kling cuts": (
        wanted("text_to_video", prompt="a fox", multiShot=True, durationSeconds=9),
        "videos/text2video",
        {
            "model_name": "kling-v3",
            "prompt": "a fox",
            "mode": "std",
            "aspect_ratio": "16:9",
            "duration": "9",
            "sound": "off",
            "multi_shot": True,
            "shot_type": "intelligence",
        },
    ),
    "text2video that Kling does not cut": (
        wanted("text_to_video", prompt="a fox", multiShot=False),
        "videos/text2video",
        {
            "model_name": "kling-v3",
            "prompt": "a fox",
            "mode": "std",
            "aspect_ratio": "16:9",
            "duration": "5",
            "sound": "off",
        },
    ),
    "image2video that Kling cuts": (
        wanted("image_to_video", ("firstFrame", A), prompt="it runs", multiShot=True),
        "videos/image2video",
        {
            "model_name": "kling-v3",
            "prompt": "it runs",
            "mode": "std",
            "duration": "5",
            "sound": "off",
            "image": mark(A),
            "multi_shot": True,
            "shot_type": "intelligence",
        },
    ),
    "text2video with a camera": (
        wanted(
            "text_to_video",
            model="kling-v1",
            prompt="a fox",
            cfgScale=0.7,
            camera={"type": "simple", "zoom": -3},
        ),
        "videos/text2video",
        {
            "model_name": "kling-v1",
            "prompt": "a fox",
            "cfg_scale": 0.7,
            "mode": "std",
            "aspect_ratio": "16:9",
            "duration": "5",
            "camera_control": {"type": "simple", "config": {"zoom": -3}},
        },
    ),
    "text2video of a master": (
        wanted(
            "text_to_video",
            model="kling-v2-master",
            prompt="a fox",
            aspectRatio="1:1",
            durationSeconds=5.0,
            negativePrompt=None,
        ),
        "videos/text2video",
        {
            "model_name": "kling-v2-master",
            "prompt": "a fox",
            "aspect_ratio": "1:1",
            "duration": "5",
        },
    ),
    "image2video": (
        wanted(
            "image_to_video", ("firstFrame", A), ("lastFrame", B), prompt="on", elements=["160"]
        ),
        "videos/image2video",
        {
            "model_name": "kling-v3",
            "prompt": "on",
            "mode": "std",
            "duration": "5",
            "sound": "off",
            "image": mark(A),
            "image_tail": mark(B),
            "element_list": [{"element_id": 160}],
        },
    ),
    "image2video with brushes": (
        wanted(
            "image_to_video",
            ("firstFrame", A),
            ("mask", B),
            ("motionMasks", C),
            model="kling-v1",
            trajectories=PATHS,
        ),
        "videos/image2video",
        {
            "model_name": "kling-v1",
            "mode": "std",
            "duration": "5",
            "image": mark(A),
            "static_mask": mark(B),
            "dynamic_masks": [{"mask": mark(C), "trajectories": PATHS[0]}],
        },
    ),
    "image2video to a last frame": (
        wanted("image_to_video", ("lastFrame", A), model="kling-v1-6", mode="pro"),
        "videos/image2video",
        {
            "model_name": "kling-v1-6",
            "mode": "pro",
            "duration": "5",
            "image_tail": mark(A),
        },
    ),
    "image2video with voices": (
        wanted(
            "image_to_video",
            ("firstFrame", A),
            model="kling-v2-6",
            mode="pro",
            audio=True,
            voices=["v1"],
        ),
        "videos/image2video",
        {
            "model_name": "kling-v2-6",
            "mode": "pro",
            "duration": "5",
            "sound": "on",
            "voice_list": [{"voice_id": "v1"}],
            "image": mark(A),
        },
    ),
    "multi-image2video": (
        wanted(
            "fusion", ("characters", A), ("characters", B), model="kling-v1-6", prompt="they meet"
        ),
        "videos/multi-image2video",
        {
            "model_name": "kling-v1-6",
            "prompt": "they meet",
            "mode": "std",
            "duration": "5",
            "aspect_ratio": "16:9",
            "image_list": [{"image": mark(A)}, {"image": mark(B)}],
        },
    ),
    "generations": (
        wanted("text_to_image", prompt="a fox", negativePrompt="rain", count=3, resolution="2k"),
        "images/generations",
        {
            "model_name": "kling-v2-1",
            "prompt": "a fox",
            "negative_prompt": "rain",
            "n": 3,
            "aspect_ratio": "16:9",
            "resolution": "2k",
        },
    ),
    "generations from an image": (
        wanted(
            "image_to_image",
            ("image", A),
            model="kling-v1-5",
            prompt="a fox",
            imageFidelity=0.6,
            humanFidelity=0.2,
        ),
        "images/generations",
        {
            "model_name": "kling-v1-5",
            "prompt": "a fox",
            "n": 1,
            "aspect_ratio": "16:9",
            "resolution": "1k",
            "image": mark(A),
            "image_reference": "subject",
            "image_fidelity": 0.6,
            "human_fidelity": 0.2,
        },
    ),
    "multi-image2image": (
        wanted(
            "image_to_image",
            ("characters", A),
            ("background", B),
            ("styleReferences", C),
            model="kling-v2",
        ),
        "images/multi-image2image",
        {
            "model_name": "kling-v2",
            "n": 1,
            "aspect_ratio": "16:9",
            "subject_image_list": [{"subject_image": mark(A)}],
            "scene_image": mark(B),
            "style_image": mark(C),
        },
    ),
}
