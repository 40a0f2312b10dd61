"""Models of Runway that make videos out of text, or out of a first frame."""

from collections.abc import Mapping

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

Rules = Mapping[str, Rule]

WIDE_TALL = "1280:720 720:1280"
GEN4_FRAMED = f"{WIDE_TALL} 1104:832 832:1104 960:960 1584:672"
VEO = f"{WIDE_TALL} 1920:1080 1080:1920"
KLING_720 = f"{WIDE_TALL} 960:960"
KLING_1080 = "1920:1080 1080:1920 1440:1440"
KLING_4K = "3840:2160 2160:3840 2880:2880"
KLING_25 = "1920:1080 1440:1440 1080:1920 1280:720 720:720 720:1280"
KLING_4 = f"{WIDE_TALL} 940:940 1460:624 1920:1080 1080:1920 1440:1440 2200:940"
AUTO = "auto_720p auto_1080p"
AUTO_ALL = f"auto_480p {AUTO}"
HAPPYHORSE = (
    f"{WIDE_TALL} 960:960 1108:832 832:1108 1920:1080 1080:1920 1440:1440 1662:1248 1248:1662"
)
SEEDANCE_720 = (
    "992:432 864:496 752:560 640:640 560:752 496:864 1470:630 1280:720 1112:834 960:960 834:1112 "
    "720:1280"
)
SEEDANCE_1080 = "2206:946 1920:1080 1664:1248 1440:1440 1248:1664 1080:1920"
SEEDANCE_4K = "3840:1646 3840:2160 3840:2880 3840:3840 2880:3840 2160:3840"
SEEDANCE_25 = SEEDANCE_720.replace("864:496", "854:480").replace("496:864", "480:854")
WAN = (
    "832:480 720:544 624:624 544:720 480:832 1280:720 1104:832 960:960 832:1104 720:1280 "
    "1920:1080 1648:1248 1440:1440 1248:1648 1080:1920"
)
OMNI = "640:360 360:640 1280:720 720:1280 1920:1080 1080:1920 3840:2160 2160:3840"
HAILUO = "16:9 9:16 21:9 4:3 1:1 3:4"
GROK_SHAPES = "1:1 16:9 9:16 4:3 3:4 3:2 2:3"
GROK_LITE = (
    "848:480 480:848 480:480 640:480 480:640 720:480 480:720 1280:720 720:1280 720:720 960:720 "
    "720:960 1088:720 720:1088 1904:1072 1072:1904 1424:1424 1648:1232 1232:1648 1744:1152 "
    "1152:1744"
)
# Formats that are one file: sequences of frames come as archives, which are no media.
GEN45_FORMATS = "mp4 prores hdr10 hlg sdr_rec709_10bit hdr_pq_12bit_master hdr_prores"
PRORES_PROFILES = ("422", "4444", "422 Proxy", "422 LT", "422 HQ", "4444 XQ")
GEN45: Rules = {
    "prompt": text(1000, required=True),
    "durationSeconds": between(2, 10, default=5),
    "outputFormat": one_of(GEN45_FORMATS),
    "proresProfile": one_of(PRORES_PROFILES),
    **MODERATED,
    **SEEDED,
}
VEO_RULES: Rules = {
    "aspectRatio": first_of(VEO),
    "durationSeconds": one_of((4, 6, 8)),
    "negativePrompt": ANY,
    "audio": ANY,
    **SEEDED,
}
KLING: Rules = {"audio": ANY, "durationSeconds": between(3, 15), "shotType": one_of("intelligence customize"), "shots": ANY}  # fmt: skip
LASTS = {"durationSeconds": ANY}  # the service names no bounds
NEEDED = {"prompt": text(required=True)}
FREE = {"prompt": text()}
SEEDANCE_WORDS, SEEDANCE_25_WORDS = 3500, 15000

FIRST = Slot("firstFrame", "promptImage", Form.FIRST, least=1)
FIRST_LAST = (FIRST, Slot("lastFrame", "promptImage", Form.LAST))
OMNI_VIDEOS = Slot("references", "referenceVideos", Form.ITEM, "VIDEO", most=5)


def sounds(seconds: float, most: int = 5) -> Slot:
    """Audio that the result may take up."""
    return Slot(
        "referenceAudio", "referenceAudio", Form.TYPED, "AUDIO", most=most, seconds_in_all=seconds
    )


def videos(seconds: float, most: int = 5) -> Slot:
    """Videos whose style or motion guides the result."""
    return Slot(
        "references", "referenceVideos", Form.TYPED, "VIDEO", most=most, seconds_in_all=seconds
    )


def images(most: int) -> Slot:
    """Images of what the result should show or look like."""
    return Slot("references", "references", Form.ITEM, most=most)


def guides(image_count: int, seconds: float) -> tuple[Slot, ...]:
    return (images(image_count), videos(seconds), sounds(seconds))


def seedance(ratios: str, length: int, **more: Rule) -> Rules:
    return {
        "prompt": text(length),
        "aspectRatio": one_of(ratios),
        "durationSeconds": ANY,
        "audio": ANY,
        **SEEDED,
        **more,
    }


SEEDANCES: Mapping[str, tuple[Rules, tuple[Slot, ...]]] = {
    "seedance2": (seedance(f"{SEEDANCE_720} {SEEDANCE_1080} {SEEDANCE_4K}", SEEDANCE_WORDS), guides(9, 15)),
    "seedance2_fast": (seedance(SEEDANCE_720, SEEDANCE_WORDS), guides(9, 15)),
    "seedance2_mini": (seedance(SEEDANCE_720, SEEDANCE_WORDS), guides(9, 15)),
    "seedance2_5": (
        seedance(f"{SEEDANCE_25} {SEEDANCE_1080}", SEEDANCE_25_WORDS, draft=ANY, outputFormat=one_of("mp4 mov")),
        guides(30, 30),
    ),
}  # fmt: skip
KLINGS = {"standard": KLING_720, "pro": KLING_1080, "4k": KLING_4K}
CFG = {"cfgScale": between(0, 1, whole=False)}
OMNI_RULES: Rules = {"aspectRatio": one_of(OMNI), "durationSeconds": between(3, 10), **NEEDED}
WAN_RULES: Rules = {**NEEDED, "audio": ANY, **LASTS}
HAILUO_RULES: Rules = {
    **NEEDED,
    **LASTS,
    "aspectRatio": one_of(f"{HAILUO} adaptive"),
    "resolution": one_of("768p 2k"),
}
H3_RULES: Rules = {
    **NEEDED,
    **LASTS,
    "resolution": one_of("480p 768p"),
    "promptExpansion": one_of("disabled balanced quality"),
    **SEEDED,
}


def _needing_prompt(rules: Rules) -> Rules:
    return {**rules, "prompt": text(rules["prompt"].length, required=True)}


def _text(name: str, rules: Rules, *slots: Slot) -> Model:
    return Model(name, "text_to_video", rules, slots)


def _kling_text(family: str, size: str, ratios: str) -> Model:
    more = CFG if family == "kling3.0" else {}
    return _text(f"{family}_{size}", {**FREE, "aspectRatio": first_of(ratios), **KLING, **more})


FROM_TEXT = (
    _text("gen4.5", {**GEN45, "aspectRatio": first_of(WIDE_TALL)}),
    _text("veo3.1", {**VEO_RULES, "prompt": text(1000, required=True)}),
    _text("veo3.1_fast", {**VEO_RULES, "prompt": text(1000, required=True)}),
    _text(
        "kling2.5_turbo_pro",
        {**NEEDED, **CFG, "aspectRatio": one_of(KLING_25), "durationSeconds": one_of((5, 10))},
    ),
    *(_kling_text("kling3.0", size, ratios) for size, ratios in KLINGS.items()),
    *(_kling_text("klingO3", size, ratios) for size, ratios in KLINGS.items()),
    Model(
        "kling_4",
        "text_to_video",
        {**NEEDED, **LASTS, "aspectRatio": one_of(f"{KLING_4} {AUTO}")},
        (images(10), videos(30)),
    ),
    *(
        _text(name, rules if name == "seedance2_5" else _needing_prompt(rules), *slots)
        for name, (rules, slots) in SEEDANCES.items()
    ),
    _text("hailuo3", {**HAILUO_RULES, "aspectRatio": first_of(f"{HAILUO} adaptive")}, *guides(9, 15)),
    _text("wan3", {**WAN_RULES, "aspectRatio": one_of(f"{WAN} {AUTO_ALL}")}, *guides(10, 15)),
    _text("wan3_prime", {**WAN_RULES, "aspectRatio": one_of(f"{WAN} {AUTO_ALL}")}, *guides(10, 15)),
    _text("gemini_omni_flash", {**OMNI_RULES, "aspectRatio": one_of(WIDE_TALL)}),
    _text("gemini_omni_flash_1.1", OMNI_RULES, images(10), OMNI_VIDEOS),
    _text(
        "happyhorse_1_0",
        {"prompt": text(2500, required=True), **LASTS, "aspectRatio": one_of(HAPPYHORSE)},
    ),
    _text(
        "grok_imagine_1_5",
        {**NEEDED, **LASTS, "aspectRatio": one_of(GROK_SHAPES), "resolution": one_of("480p 720p 1080p")},
        images(10),
        Slot("referenceAudio", "referenceAudio", Form.TYPED, "AUDIO", most=5, seconds=(3, 15)),
    ),
    _text("grok_imagine_1_5_lite", {**NEEDED, **LASTS, "aspectRatio": one_of(GROK_LITE)}),
    _text("h3_max", H3_RULES),
)  # fmt: skip


def _image(name: str, rules: Rules, *slots: Slot, caps: tuple[Cap, ...] = ()) -> Model:
    return Model(name, "image_to_video", rules, slots, caps=caps)


def _kling_image(family: str, size: str, ratios: str) -> Model:
    plain = family == "kling3.0"
    rules = {**FREE, "aspectRatio": one_of(ratios), **KLING, **(CFG if plain else {})}
    return _image(f"{family}_{size}", rules, *FIRST_LAST, *(() if plain else (images(7),)))


def _wan_image(name: str) -> Model:
    """Its size follows the first frame."""
    return _image(
        name, {**WAN_RULES, "aspectRatio": one_of(AUTO_ALL)}, *FIRST_LAST, videos(15), sounds(15)
    )


FROM_IMAGE = (
    _image("gen4_turbo", {"prompt": text(1000), "aspectRatio": first_of(GEN4_FRAMED), "durationSeconds": between(2, 10), **MODERATED, **SEEDED}, FIRST),
    _image("gen4.5", {**GEN45, "aspectRatio": first_of(GEN4_FRAMED)}, FIRST),
    _image("veo3.1", {**VEO_RULES, "prompt": text(1000)}, *FIRST_LAST),
    _image("veo3.1_fast", {**VEO_RULES, "prompt": text(1000)}, *FIRST_LAST),
    _image("kling2.5_turbo_pro", {**NEEDED, **CFG, "durationSeconds": one_of((5, 10))}, *FIRST_LAST),
    *(_kling_image("kling3.0", size, ratios) for size, ratios in KLINGS.items()),
    *(_kling_image("klingO3", size, ratios) for size, ratios in KLINGS.items()),
    _image(
        "kling_4", {**FREE, **LASTS, "aspectRatio": one_of(AUTO)}, *FIRST_LAST, images(9), videos(30),
        caps=(Cap(("promptImage", "references"), 10),),
    ),
    *(
        _image(name, rules, *FIRST_LAST, *(slot for slot in slots if slot.input == "referenceAudio"))
        for name, (rules, slots) in SEEDANCES.items()
    ),
    _image("hailuo3", HAILUO_RULES, *FIRST_LAST, sounds(15)),
    _wan_image("wan3"),
    _wan_image("wan3_prime"),
    _image("gemini_omni_flash", {**FREE, "durationSeconds": between(3, 10), "aspectRatio": one_of(WIDE_TALL)}, FIRST),
    _image("gemini_omni_flash_1.1", OMNI_RULES, *FIRST_LAST),
    _image("happyhorse_1_0", {"prompt": text(2500), **LASTS, "resolution": one_of("720p 1080p")}, FIRST),
    _image("grok_imagine_1_5", {**FREE, **LASTS, "resolution": one_of("480p 720p 1080p")}, FIRST),
    _image("grok_imagine_1_5_lite", {**FREE, **LASTS, "aspectRatio": one_of(AUTO_ALL)}, FIRST),
    _image("h3_max", H3_RULES, *FIRST_LAST),
)  # fmt: skip
