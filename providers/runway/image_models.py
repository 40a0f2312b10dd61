"""Models of Runway that make images."""

from collections.abc import Mapping

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

ENDPOINT = "text_to_image"
REFERENCES = "referenceImages"
GEN4 = (
    "1920:1080 1080:1920 1024:1024 1080:1080 1168:880 1360:768 1440:1080 1080:1440 1808:768 "
    "2112:912 1280:720 720:1280 720:720 960:720 720:960 1680:720"
)
GPT = (
    "auto 2048:880 1920:1088 1920:1280 1920:1440 1920:1536 1920:1920 1536:1920 1440:1920 "
    "1280:1920 1088:1920 2912:1248 2560:1440 2560:1712 2560:1920 2560:2048 2560:2560 2048:2560 "
    "1920:2560 1712:2560 1440:2560 3840:1648 3840:2160 3504:2336 3264:2448 3200:2560 2880:2880 "
    "2560:3200 2448:3264 2336:3504 2160:3840"
)
GEMINI_2K = (
    "2048:2048 1696:2528 2528:1696 1792:2400 2400:1792 1856:2304 2304:1856 1536:2752 2752:1536 "
    "3168:1344"
)
GEMINI_4K = (
    "4096:4096 3392:5056 5056:3392 3584:4800 4800:3584 3712:4608 4608:3712 3072:5504 5504:3072 "
    "6336:2688"
)
GEMINI_25 = (
    "1024:1024 1344:768 768:1344 1184:864 864:1184 1536:672 832:1248 1248:832 896:1152 1152:896"
)
GEMINI_31 = (
    "1024:1024 512:512 416:624 624:416 432:592 592:432 448:576 576:448 384:672 672:384 768:336 "
    "256:1024 1024:256 176:1408 1408:176 832:1248 1248:832 864:1184 1184:864 896:1152 1152:896 "
    "768:1344 1344:768 1536:672 512:2048 2048:512 352:2816 2816:352 1024:4096 4096:1024 704:5632 "
    f"5632:704 2048:8192 8192:2048 1408:11264 11264:1408 {GEMINI_2K} {GEMINI_4K}"
)
GEMINI_LITE = (
    "1024:1024 848:1264 1264:848 896:1200 1200:896 928:1152 1152:928 768:1376 1376:768 1584:672"
)
NANO = (
    f"{GEMINI_LITE} 512:2064 2064:512 352:2928 2928:352 1024:4128 4128:1024 704:5856 5856:704 "
    f"2048:8256 8256:2048 1408:11712 11712:1408 {GEMINI_2K} {GEMINI_4K}"
)
MUSE = "auto 2352:1008 2016:1152 1920:1280 1792:1344 1600:1600 1344:1792 1280:1920 1152:2016"
SEEDREAM_PRO = (
    "auto_1k auto_2k 1024:1024 1184:896 896:1184 1376:768 768:1376 1296:864 864:1296 2048:2048 "
    "2304:1728 1728:2304 2720:1530 1530:2720 2496:1664 1664:2496"
)
SEEDREAM_LITE = (
    "2048:2048 2304:1728 1728:2304 2848:1600 1600:2848 2496:1664 1664:2496 3136:1344 3072:3072 "
    "3456:2592 2592:3456 4096:2304 2304:4096 3744:2496 2496:3744 4704:2016"
)
SEEDREAM_FLASH = (
    "auto_1k auto_2k 1024:1024 1184:896 896:1184 1376:768 768:1376 1248:832 832:1248 1568:672 "
    "2048:2048 2304:1728 1728:2304 2848:1600 1600:2848 2496:1664 1664:2496 3136:1344"
)
GROK = (
    "auto_1k auto_2k 1024:1024 1280:720 720:1280 1152:864 864:1152 1248:832 832:1248 1248:576 "
    "576:1248 1280:576 576:1280 1408:704 704:1408 2048:2048 2816:1584 1584:2816 2368:1776 "
    "1776:2368 2496:1664 1664:2496 2912:1344 1344:2912 3200:1440 1440:3200 2912:1456 1456:2912"
)
BRIA = "1024:1024 768:1152 1152:768 768:1024 1024:768 768:960 960:768 576:1024 1024:576"
BRIA_4MP = (
    "2048:2048 1536:2304 2304:1536 1536:2048 2048:1536 1536:1920 1920:1536 1152:2048 2048:1152"
)
IDEOGRAM_40 = (
    "2048:2048 2560:1440 1440:2560 2304:1728 1728:2304 2496:1664 1664:2496 3072:1280 1280:3072"
)
IDEOGRAM_45 = (
    "auto 1024:1024 1280:720 720:1280 1152:864 864:1152 1248:832 832:1248 1120:896 896:1120 "
    "1440:720 720:1440 2048:2048 2560:1440 1440:2560 2304:1728 1728:2304 2496:1664 1664:2496 "
    "2240:1792 1792:2240 2880:1440 1440:2880 1024:576 576:1024 1408:704 704:1408"
)
RECRAFT = (
    "1024:1024 1536:768 768:1536 1280:832 832:1280 1216:896 896:1216 1152:896 896:1152 832:1344 "
    "1280:896 896:1280 1344:768 768:1344"
)
MODERATED = {"publicFigureThreshold": one_of("auto low")}
SEEDED = {"seed": ANY}
COUNTED = {"count": ANY}
MANY = 14  # where the service names no bound
TAGS = {
    "gen4_image_turbo", "gen4_image", "gpt_image_2", "gpt_image_2_5_flare",
    "gpt_image_2_5_sunburst", "gemini_image3.1_flash", "gemini_image3.1_flash_lite",
    "gemini_image3_pro", "nano_banana_2.1", "gemini_2.5_flash",
}  # fmt: skip
PEOPLE = {"gemini_image3.1_flash", "gemini_image3.1_flash_lite", "gemini_image3_pro"}


def _slots(name: str, most: int, *, from_image: bool) -> tuple[Slot, ...]:
    """References of an image; one that is to be changed stands first."""
    form = Form.TAGGED if name in TAGS else Form.ITEM
    human = Form.HUMAN if name in PEOPLE else form
    source = (Slot("image", REFERENCES, form, least=1),) if from_image else ()
    return (
        *source,
        Slot("characters", REFERENCES, human, most=most),
        Slot("references", REFERENCES, form, most=most),
    )


def _image(
    name: str, most: int, ratios: Rule, **rules: Rule
) -> tuple[str, int, Mapping[str, Rule]]:
    return name, most, {"prompt": text(required=True), "aspectRatio": ratios, **rules}


# Name, most references, parameters. What needs an image stands apart.
ROWS = (
    _image("gen4_image", 3, first_of(GEN4), prompt=text(1000, required=True), **MODERATED, **SEEDED),
    _image("gen4_image_turbo", 3, first_of(GEN4), prompt=text(1000, required=True), **MODERATED, **SEEDED),
    _image(
        "gpt_image_2", 16, first_of(GPT), prompt=text(32000, required=True), **COUNTED,
        background=one_of("transparent opaque auto"), quality=one_of("low medium high auto"),
    ),
    _image(
        "gpt_image_2_5_flare", 16, first_of(GPT), **COUNTED,
        background=one_of("opaque auto"), quality=one_of("low medium high xhigh max"),
    ),
    _image(
        "gpt_image_2_5_sunburst", 16, first_of(GPT), **COUNTED,
        background=one_of("transparent opaque auto"), quality=one_of("low medium high xhigh max"),
    ),
    _image("gemini_image3_pro", 14, first_of(f"{GEMINI_25} {GEMINI_2K} {GEMINI_4K}"), count=one_of((1, 4))),
    _image("gemini_image3.1_flash", 14, first_of(GEMINI_31), count=one_of((1, 4))),
    _image("gemini_image3.1_flash_lite", 14, first_of(GEMINI_LITE), count=one_of((1, 4))),
    _image("gemini_2.5_flash", 3, first_of(GEMINI_25)),
    _image("nano_banana_2.1", 14, first_of(NANO), **COUNTED, thinkingLevel=one_of("minimal medium high")),
    _image("muse_image", 10, first_of(MUSE), **COUNTED, outputFormat=one_of("webp png jpeg")),
    _image("seedream5_pro", MANY, first_of(SEEDREAM_PRO), prompt=text(4000, required=True), **COUNTED, grounding=ANY, outputFormat=one_of("png jpeg")),
    _image("seedream5_lite", MANY, first_of(SEEDREAM_LITE), prompt=text(4000, required=True), **COUNTED, grounding=ANY, outputFormat=one_of("png jpeg")),
    _image("seedream5_flash", MANY, first_of(SEEDREAM_FLASH), **COUNTED, outputFormat=one_of("png jpeg")),
    _image("grok_imagine_image_2", 3, first_of(GROK), **COUNTED, edit=ANY, quality=one_of("low medium")),
    _image("bria_fibo_1_5", 1, first_of(f"{BRIA} {BRIA_4MP}"), **SEEDED, outputFormat=one_of("png jpeg")),
    _image("bria_fibo_edit_1_5", 4, one_of(f"{BRIA} auto"), **SEEDED, outputFormat=one_of("png jpeg")),
    _image("ideogram_4_0", 1, one_of(IDEOGRAM_40), **COUNTED, quality=one_of("low medium high")),
    _image("ideogram_4_5", 5, one_of(IDEOGRAM_45), **COUNTED, preciseEdit=ANY, quality=one_of("very_low low medium high")),
    _image("recraft_v4_1_flash", 0, first_of(RECRAFT), **SEEDED, **COUNTED, backgroundColor=ANY, colors=ANY, outputFormat=one_of("webp png")),
)  # fmt: skip
NEEDS_IMAGE = {"gen4_image_turbo", "bria_fibo_edit_1_5"}
EDITS = ("edit", "preciseEdit")


def _from_text(name: str, most: int, rules: Mapping[str, Rule]) -> Model:
    kept = {key: rule for key, rule in rules.items() if key not in EDITS}
    slots = _slots(name, most, from_image=False) if most else ()
    return Model(name, ENDPOINT, kept, slots, caps=(Cap((REFERENCES,), most),), output="IMAGE")


def _from_image(name: str, most: int, rules: Mapping[str, Rule]) -> Model:
    slots = _slots(name, most, from_image=True)
    if name == "ideogram_4_5":
        slots = (*slots, Slot("mask", "maskUri", Form.URI))
    return Model(name, ENDPOINT, rules, slots, caps=(Cap((REFERENCES,), most),), output="IMAGE")


FROM_TEXT = tuple(_from_text(*row) for row in ROWS if row[0] not in NEEDS_IMAGE)
FROM_IMAGE = tuple(_from_image(*row) for row in ROWS if row[1])
UPSCALE = Model(
    "magnific_precision_upscaler_v2",
    "image_upscale",
    {
        "scaleFactor": one_of((2, 4, 8, 16)),
        "flavor": one_of("sublime photo photo_denoiser"),
        "sharpen": between(0, 100),
        "smartGrain": between(0, 100),
        "ultraDetail": between(0, 100),
    },
    (Slot("image", "imageUri", Form.URI, least=1),),
    output="IMAGE",
)
