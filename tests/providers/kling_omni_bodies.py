"""Bodies of Kling's old design: all else."""

from typing import Any

from providers.contract import Input, Request
from tests.providers.kling_bodies import PLAIN_ROWS, SHOTS
from tests.providers.kling_help import ADDRESS, LINKED, OWN, A, B, C, clip, mark, sound, wanted

TALK = sound()
OMNI = {"model_name": "kling-v3-omni", "mode": "pro"}

OMNI_ROWS: dict[str, tuple[Request, str, dict[str, Any]]] = {
    "omni-video of frames": (
        wanted(
            "image_to_video",
            ("firstFrame", A),
            ("lastFrame", B),
            model="kling-v3-omni",
            prompt="on",
        ),
        "videos/omni-video",
        {
            **OMNI,
            "prompt": "on",
            "duration": "5",
            "sound": "off",
            "image_list": [
                {"image_url": mark(A), "type": "first_frame"},
                {"image_url": mark(B), "type": "end_frame"},
            ],
        },
    ),
    "omni-video of names": (
        wanted(
            "fusion",
            Input("background", C),
            Input("characters", A, name="fox"),
            Input("characters", B, name="foxy"),
            Input("references", LINKED, name="walk"),
            prompt="@foxy meets @fox, as in @walk; a@b.example, @foxes",
        ),
        "videos/omni-video",
        {
            **OMNI,
            "prompt": "<<<image_2>>> meets <<<image_1>>>, as in <<<video_1>>>; a@b.example, @foxes",
            "duration": "5",
            "sound": "off",
            "aspect_ratio": "16:9",
            "image_list": [
                {"image_url": mark(A)},
                {"image_url": mark(B)},
                {"image_url": mark(C)},
            ],
            "video_list": [
                {
                    "video_url": mark(LINKED),
                    "refer_type": "feature",
                    "keep_original_sound": "no",
                }
            ],
        },
    ),
    "omni-video of named shots": (
        wanted("fusion", Input("characters", A, name="fox"), shots=SHOTS),
        "videos/omni-video",
        {
            **OMNI,
            "duration": "10",
            "sound": "off",
            "aspect_ratio": "16:9",
            "multi_shot": True,
            "shot_type": "customize",
            "multi_prompt": [
                {"index": 1, "prompt": "<<<image_1>>> sits", "duration": "4"},
                {"index": 2, "prompt": "it runs", "duration": "6"},
            ],
            "image_list": [{"image_url": mark(A)}],
        },
    ),
    "omni-video that Kling cuts": (
        wanted(
            "fusion",
            Input("characters", A, name="fox"),
            model="kling-v3-omni",
            prompt="@fox runs",
            multiShot=True,
        ),
        "videos/omni-video",
        {
            **OMNI,
            "prompt": "<<<image_1>>> runs",
            "duration": "5",
            "sound": "off",
            "aspect_ratio": "16:9",
            "multi_shot": True,
            "shot_type": "intelligence",
            "image_list": [{"image_url": mark(A)}],
        },
    ),
    "omni-video of text": (
        wanted("text_to_video", model="kling-video-o1", prompt="a fox", durationSeconds=10),
        "videos/omni-video",
        {
            "model_name": "kling-video-o1",
            "prompt": "a fox",
            "mode": "pro",
            "duration": "10",
            "aspect_ratio": "16:9",
        },
    ),
    "omni-video restyled": (
        wanted("restyle", ("video", LINKED), ("styleReferences", A), prompt="as ink"),
        "videos/omni-video",
        {
            **OMNI,
            "prompt": "as ink",
            "image_list": [{"image_url": mark(A)}],
            "video_list": [
                {"video_url": mark(LINKED), "refer_type": "base", "keep_original_sound": "yes"}
            ],
        },
    ),
    "omni-video edited": (
        wanted("derive", ("video", LINKED), ("references", A), prompt="a crown", keepAudio=False),
        "videos/omni-video",
        {
            **OMNI,
            "prompt": "a crown",
            "image_list": [{"image_url": mark(A)}],
            "video_list": [
                {"video_url": mark(LINKED), "refer_type": "base", "keep_original_sound": "no"}
            ],
        },
    ),
    "video-extend": (
        wanted("video_extend", ("video", OWN), prompt="on", cfgScale=0.4),
        "videos/video-extend",
        {"video_id": "v-1", "prompt": "on", "cfg_scale": 0.4},
    ),
    "advanced-lip-sync": (
        wanted("lip_sync", ("video", OWN), ("audio", TALK), volume=1.5),
        "videos/advanced-lip-sync",
        {
            "session_id": "s1",
            "face_choose": [
                {
                    "face_id": "f0",
                    "sound_file": mark(TALK),
                    "sound_start_time": 0,
                    "sound_end_time": 4000,
                    "sound_insert_time": 500,
                    "sound_volume": 1.5,
                }
            ],
        },
    ),
    "advanced-lip-sync of a part": (
        wanted(
            "lip_sync",
            ("video", OWN),
            Input("audio", sound(audio_id="a-1"), start_seconds=0.5, end_seconds=3.0),
            insertSeconds=1,
            originalVolume=0,
        ),
        "videos/advanced-lip-sync",
        {
            "session_id": "s1",
            "face_choose": [
                {
                    "face_id": "f0",
                    "audio_id": "a-1",
                    "sound_start_time": 500,
                    "sound_end_time": 3000,
                    "sound_insert_time": 1000,
                    "original_audio_volume": 0,
                }
            ],
        },
    ),
    "effects": (
        wanted("derive", ("images", A), effect="pet_lion_pro", durationSeconds=10),
        "videos/effects",
        {"effect_scene": "pet_lion_pro", "input": {"image": mark(A), "duration": "10"}},
    ),
    "effects for two": (
        wanted("derive", ("images", A), ("images", B), effect="hug_pro"),
        "videos/effects",
        {"effect_scene": "hug_pro", "input": {"images": [mark(A), mark(B)], "duration": "5"}},
    ),
    "elder effects for two": (
        wanted("derive", ("images", A), ("images", B), effect="hug", mode="pro"),
        "videos/effects",
        {
            "effect_scene": "hug",
            "input": {
                "model_name": "kling-v1-6",
                "mode": "pro",
                "images": [mark(A), mark(B)],
                "duration": "5",
            },
        },
    ),
    "avatar": (
        wanted("lip_sync", ("image", A), ("audio", TALK), prompt="she smiles"),
        "videos/avatar/image2video",
        {"image": mark(A), "sound_file": mark(TALK), "prompt": "she smiles", "mode": "std"},
    ),
    "motion-control": (
        wanted("image_to_video", ("image", A), ("video", LINKED), model="kling-v2-6"),
        "videos/motion-control",
        {
            "model_name": "kling-v2-6",
            "image_url": mark(A),
            "video_url": mark(LINKED),
            "mode": "std",
            "keep_original_sound": "yes",
            "character_orientation": "image",
        },
    ),
    "motion-control of a long video": (
        wanted(
            "image_to_video",
            ("image", A),
            ("video", clip(12, url=ADDRESS)),
            model="kling-v2-6",
            characterOrientation="video",
            keepAudio=False,
        ),
        "videos/motion-control",
        {
            "model_name": "kling-v2-6",
            "image_url": mark(A),
            "video_url": mark(clip(12)),
            "mode": "std",
            "keep_original_sound": "no",
            "character_orientation": "video",
        },
    ),
    "omni-image": (
        wanted(
            "image_to_image",
            Input("image", A, name="fox"),
            ("references", B),
            prompt="@fox in <<<image_2>>>",
            elements=["7"],
        ),
        "images/omni-image",
        {
            "model_name": "kling-image-o1",
            "prompt": "<<<image_1>>> in <<<image_2>>>",
            "n": 1,
            "aspect_ratio": "auto",
            "resolution": "1k",
            "element_list": [{"element_id": 7}],
            "image_list": [{"image": mark(A)}, {"image": mark(B)}],
        },
    ),
}

ROWS = {**PLAIN_ROWS, **OMNI_ROWS}
