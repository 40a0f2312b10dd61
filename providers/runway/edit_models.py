"""Models of Runway that start from a video or from audio."""

from dataclasses import replace

from providers.runway.image_models import MODERATED, SEEDED
from providers.runway.table import (
    ANY,
    Cap,
    Form,
    Model,
    Rule,
    Slot,
    between,
    first_of,
    one_of,
    text,
)
from providers.runway.video_models import (
    AUTO,
    GEN4_FRAMED,
    HAILUO_RULES,
    NEEDED,
    OMNI_RULES,
    PRORES_PROFILES,
    SEEDANCE_25_WORDS,
    SEEDANCES,
    guides,
    images,
)

VIDEO_TO_VIDEO = "video_to_video"
SOURCE = Slot("video", "videoUri", Form.URI, "VIDEO", least=1)
PROMPTED = replace(SOURCE, at="promptVideo")
SOUND = Slot("audio", "audioUri", Form.URI, "AUDIO", least=1)
VOICES = (
    "Maya Arjun Serene Bernard Billy Mark Clint Mabel Chad Leslie Eleanor Elias Elliot Grungle "
    "Brodie Sandra Kirk Kylie Lara Lisa Malachi Marlene Martin Miriam Monster Paula Pip Rusty "
    "Ragnar Xylar Maggie Jack Katie Noah James Rina Ella Mariah Frank Claudia Niki Vincent "
    "Kendrick Myrna Tom Wanda Benjamin Kiana Rachel"
)
LANGUAGES = (
    "en hi pt zh es fr de ja ar ru ko id it nl tr pl sv fil ms ro uk el cs da fi bg hr sk ta"
)
SEEDANCE_EDIT = {
    "prompt": text(SEEDANCE_25_WORDS, required=True),
    "audio": ANY,
    "draft": ANY,
    "outputFormat": one_of("mp4 mov"),
    **SEEDED,
}
KLING_EDIT = {
    **NEEDED,
    "keepOriginalSound": ANY,
    "shotType": one_of("intelligence customize"),
    "shots": ANY,
}


def _sound_apart(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Named as where other models take their sound; there it is what they work on."""
    return tuple(replace(slot, input="audio") if slot.media_type == "AUDIO" else slot for slot in slots)  # fmt: skip


def _without(rules: dict[str, Rule], *names: str) -> dict[str, Rule]:
    return {name: rule for name, rule in rules.items() if name not in names}


ALEPH = Model(
    "aleph2",
    VIDEO_TO_VIDEO,
    {
        "prompt": text(),
        "targetAspectRatio": one_of("16:9 4:3 3:2 1:1 2:3 3:4 9:16 21:9"),
        "outputFormat": one_of("mp4 prores sdr_rec709_10bit"),
        "proresProfile": one_of(PRORES_PROFILES),
        **MODERATED,
        **SEEDED,
    },
    (
        replace(SOURCE, seconds=(2, 30)),
        Slot("stills", "keyframes", Form.KEYFRAME, most=5),
    ),
)
RESTYLE = (
    ALEPH,
    Model("kling_4", VIDEO_TO_VIDEO, {**NEEDED, "aspectRatio": one_of(AUTO)}, (SOURCE, images(10))),
    *(
        Model(f"klingO3_{size}", VIDEO_TO_VIDEO, KLING_EDIT, (PROMPTED, images(4)))
        for size in ("standard", "pro", "4k")
    ),
    Model("gemini_omni_flash", VIDEO_TO_VIDEO, NEEDED, (SOURCE, images(10))),
    Model(
        "gemini_omni_flash_1.1",
        VIDEO_TO_VIDEO,
        _without({**OMNI_RULES}, "durationSeconds"),
        (SOURCE, images(10)),
        {"mode": "edit"},
    ),
    Model(
        "seedance2_5",
        VIDEO_TO_VIDEO,
        SEEDANCE_EDIT,
        (PROMPTED, *guides(30, 30)),
        {"mode": "edit", "duration": "auto"},
    ),
)
EXTEND = (
    Model(
        "gemini_omni_flash_1.1",
        VIDEO_TO_VIDEO,
        OMNI_RULES,
        (SOURCE, images(10)),
        {"mode": "extend"},
    ),
    Model(
        "seedance2_5",
        VIDEO_TO_VIDEO,
        {**SEEDANCE_EDIT, "durationSeconds": ANY},
        (PROMPTED, *guides(30, 30)),
        {"mode": "extend"},
    ),
)
LIP_SYNC = (
    Model(
        "act_two",
        "character_performance",
        {
            "aspectRatio": one_of(GEN4_FRAMED),
            "bodyControl": ANY,
            "expressionIntensity": between(1, 5),
            **MODERATED,
            **SEEDED,
        },
        (
            Slot("characters", "character", Form.OBJECT),
            Slot("characters", "character", Form.OBJECT, "VIDEO"),
            Slot("video", "reference", Form.OBJECT, "VIDEO", least=1, seconds=(3, 30)),
        ),
        caps=(Cap(("character",), 1, least=1),),
    ),
)
UPSCALE = (
    Model(
        "magnific_video_upscaler_creative",
        "video_upscale",
        {
            "resolution": one_of("720p 1k 2k 4k"),
            "flavor": one_of("vivid natural"),
            "creativity": between(0, 100),
            "sharpen": between(0, 100),
            "smartGrain": between(0, 100),
            "fpsBoost": ANY,
        },
        (SOURCE,),
    ),
    Model(
        "enhance_frame_rate",
        "video_upscale",
        {"targetFramerate": first_of("60 24 25 30 48 50 120 23_98 29_97 59_94")},
        (SOURCE,),
    ),
)


def _guided(name: str) -> Model:
    """A new video after the look and motion of one. Whether it has sound is the model's choice."""
    rules, slots = SEEDANCES[name]
    fixed = {"mode": "reference"} if name == "seedance2_5" else {}
    kept = _without(dict(rules), "audio")
    return Model(name, VIDEO_TO_VIDEO, kept, (PROMPTED, *_sound_apart(slots)), fixed)


SPOKEN = {
    **NEEDED,
    "loudnessRate": ANY,
    "pitchRate": ANY,
    "speechRate": ANY,
    "sampleRate": one_of((8000, 16000, 24000, 32000, 44100, 48000)),
    "outputFormat": one_of("wav mp3 ogg_opus"),
}
DERIVE = (
    *(_guided(name) for name in SEEDANCES),
    Model("hailuo3", VIDEO_TO_VIDEO, HAILUO_RULES, (PROMPTED, *_sound_apart(guides(9, 15)))),
    Model(
        "gemini_omni_flash_1.1",
        VIDEO_TO_VIDEO,
        OMNI_RULES,
        (SOURCE, images(10)),
        {"mode": "reference"},
    ),
    Model(
        "seedance2_5_draft",
        "text_to_video",
        {},
        (Slot("draftVideo", "draftTaskId", Form.TASK, "VIDEO", least=1),),
        sent="seedance2_5",
    ),
    Model(
        "ruby",
        "video_to_hdr",
        {
            "outputFormat": one_of("hdr10 hlg hdr_prores"),
            "proresProfile": one_of(("422", "4444", "422 HQ")),
        },
        (SOURCE,),
    ),
    Model(
        "mirelo_sfx_2_0",
        "video_to_audio",
        {
            "prompt": text(),
            "negativePrompt": ANY,
            "durationSeconds": Rule(whole=False, required=True),
            "count": Rule(wire="numVariants"),
            "outputFormat": one_of("mp3 wav flac", wire="format"),
            "preserveSpeech": ANY,
            **SEEDED,
        },
        (SOURCE,),
        output="AUDIO",
    ),
    Model(
        "eleven_multilingual_sts_v2",
        "speech_to_speech",
        {"voice": first_of(VOICES), "removeBackgroundNoise": ANY},
        (
            Slot("audio", "media", Form.OBJECT, "AUDIO"),
            Slot("video", "media", Form.OBJECT, "VIDEO"),
        ),
        {"voice.type": "runway-preset"},
        (Cap(("media",), 1, least=1),),
        output="AUDIO",
    ),
    Model(
        "eleven_voice_dubbing",
        "voice_dubbing",
        {
            "targetLanguage": one_of(LANGUAGES, required=True),
            "disableVoiceCloning": ANY,
            "dropBackgroundAudio": ANY,
            "speakers": ANY,
        },
        (SOUND,),
        output="AUDIO",
    ),
    Model("eleven_voice_isolation", "voice_isolation", {}, (SOUND,), output="AUDIO"),
    Model(
        "seed_audio",
        "sound_effect",
        SPOKEN,
        (Slot("audio", "referenceAudios", Form.URIS, "AUDIO", least=1, most=3),),
        output="AUDIO",
    ),
    Model(
        "seed_audio_voice",
        "text_to_speech",
        SPOKEN,
        (replace(SOUND, at="voice.audioUri"),),
        {"voice.type": "reference-audio"},
        output="AUDIO",
        sent="seed_audio",
    ),
)
