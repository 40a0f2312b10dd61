"""What PixVerse can do, in the words of the catalogue of edges."""

from providers.contract import Ability, Detail, InputRule
from providers.hint import MediaType
from providers.pixverse.check import check
from providers.pixverse.parameter import schema_of

NAMED = frozenset({Detail.NAME})
STILL_DETAILS = frozenset({Detail.PROMPT, Detail.DURATION_SECONDS})
FUSED_MOST = 7


def _ability(operation: str, output: MediaType, description: str, *inputs: InputRule) -> Ability:
    return Ability(operation, output, description, schema_of(operation), inputs, check)


def _image(description: str, least: int = 0) -> InputRule:
    return InputRule("image", "SOURCE_IMAGE", ("IMAGE",), description, least)


def _images(description: str, most: int, least: int = 0) -> InputRule:
    return InputRule("images", "SOURCE_IMAGE", ("IMAGE",), description, least, most)


def _video(description: str, least: int = 1, details: frozenset[Detail] = frozenset()) -> InputRule:
    return InputRule("video", "SOURCE_VIDEO", ("VIDEO",), description, least, details=details)


ABILITIES = (
    _ability("text_to_video", "VIDEO", "Makes a clip of what the prompt says."),
    _ability(
        "image_to_video",
        "VIDEO",
        "Sets an image in motion, by a prompt, a template, or another video's movements.",
        _image("The image that is set in motion."),
        _images("The images of a template that takes several.", FUSED_MOST),
        _video("A video whose movements the image takes over.", least=0),
    ),
    _ability(
        "video_transition",
        "VIDEO",
        "Moves from still to still: from one to the other, or through up to seven.",
        InputRule(
            "stills",
            "TRANSITION_INPUT",
            ("IMAGE",),
            "The stills, in their order. A prompt and a duration lead on to the next one.",
            2,
            7,
            STILL_DETAILS,
        ),
    ),
    _ability(
        "video_extend",
        "VIDEO",
        "Goes on where a video ends.",
        _video("The video that is continued."),
    ),
    _ability(
        "fusion",
        "VIDEO",
        "Brings characters, a background and references together in one clip. The prompt may "
        "call each by @ and its name.",
        InputRule(
            "characters",
            "FUSION_CHARACTER",
            ("IMAGE",),
            "Who or what takes part.",
            0,
            FUSED_MOST,
            NAMED,
        ),
        InputRule(
            "background",
            "FUSION_BACKGROUND",
            ("IMAGE",),
            "Where it takes place.",
            details=NAMED,
        ),
        InputRule(
            "references",
            "FUSION_REFERENCE",
            ("IMAGE", "VIDEO"),
            "Anything else that is to be seen; with v6 also videos.",
            0,
            FUSED_MOST,
            NAMED,
        ),
    ),
    _ability(
        "lip_sync",
        "VIDEO",
        "Has a video, or the portrait in an image, speak a sound or written words.",
        _video("The video that is to speak.", least=0),
        _image("The portrait that is to speak, in place of a video."),
        InputRule(
            "audio", "SOURCE_AUDIO", ("AUDIO",), "What is spoken, in place of written words."
        ),
    ),
    _ability(
        "restyle",
        "VIDEO",
        "Gives a video another style.",
        _video("The video that gets another style."),
    ),
    _ability(
        "derive",
        "VIDEO",
        "Edits a video: adds a sound effect, changes anything by words, or swaps a subject.",
        _video(
            "The video that is edited; a frame of it, counted from 1, is where subjects are "
            "selected.",
            details=frozenset({Detail.FRAME}),
        ),
        _images("What is put in, called @img0, @img1 and @img2 in the prompt.", 3),
    ),
    _ability(
        "image_to_image",
        "IMAGE",
        "Makes an image of others by a template.",
        _images("The images that the template takes.", FUSED_MOST, least=1),
    ),
)
