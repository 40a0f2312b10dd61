"""Makes clips: from words, from stills, from clips."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from PIL import Image

from providers.local.canvas import Size
from providers.local.effect import restyled
from providers.local.film import reading, small, write
from providers.local.palette import words_of
from providers.local.render.move import Camera, eased, fitted, mix_for
from providers.local.scene import painted
from providers.local.scene.layer import Finish
from providers.local.work import Kept, Work


def keep(work: Work, frames: Iterable[Image.Image], size: Size, rate: Fraction, count: int) -> None:
    """Writes a clip while its frames are made, and hands it over."""
    made = Kept()
    write(made.file, told(work, frames, count), size, rate, work.facts())
    work.keep(0, "VIDEO", made)


def told(work: Work, frames: Iterable[Image.Image], count: int) -> Iterator[Image.Image]:
    """The same frames; what is seen of them is told as they go by."""
    for index, image in enumerate(frames):
        work.at(index / max(count, 1), "filming")
        if index in (0, count // 2):
            work.show(image)
        yield image


def moments(count: int) -> Iterator[float]:
    """From 0 to 1, each for a frame."""
    return (index / max(count - 1, 1) for index in range(count))


def film_of(work: Work) -> tuple[Size, Fraction, int]:
    """Size, rate and number of frames that are asked for."""
    size = (int(work.parameters["width"]), int(work.parameters["height"]))
    return size, Fraction(int(work.parameters["frameRate"])), frames_of(work)


def frames_of(work: Work, seconds: float | None = None) -> int:
    length = float(work.parameters["durationSeconds"]) if seconds is None else seconds
    return max(round(length * int(work.parameters["frameRate"])), 1)


def text_to_video(work: Work) -> None:
    """A camera passes by what the words say."""
    size, rate, count = film_of(work)
    work.at(0, "painting")
    palette = work.palette([one.picture() for one in work.given("styleReferences")])
    prompt, unwanted = work.text("prompt"), work.text("negativePrompt")
    scene = painted(prompt, unwanted, palette, size, work.dice("scene"), moving=True)
    finish = Finish(size, work.dice("film"))
    frames = (finish.on(scene.frame(part)) for part in moments(count))
    keep(work, frames, size, rate, count)


def image_to_video(work: Work) -> None:
    """A camera goes nearer; with a last frame, it comes out there."""
    first = small(work.first("firstFrame").picture().convert("RGB"))
    lasts = [fitted(one.picture(), first.size) for one in work.given("lastFrame")]
    dice = work.dice("camera")
    camera, count = Camera(dice), frames_of(work)
    mix = mix_for(words_of(work.text("prompt")) or ("fade",), dice, first.size)

    def frames() -> Iterator[Image.Image]:
        for part in moments(count):
            seen = camera.seen(first, eased(part))
            if lasts:
                after = camera.seen(lasts[0], 1 - eased(part))
                seen = mix(seen, after, min(max((part - 0.25) / 0.5, 0.0), 1.0))
            yield seen

    keep(work, frames(), first.size, Fraction(int(work.parameters["frameRate"])), count)


def video_extend(work: Work) -> None:
    """All of a clip, and then a camera that goes on from its last frame."""
    given = work.first("video")
    camera = Camera(work.dice("camera"), 0.22)
    with reading(given.file, given.input) as clip:
        more = max(round(float(work.parameters["durationSeconds"]) * clip.rate), 1)
        start = clip.frames()
        first = small(next(start))
        count = (clip.count or more) + more

        def frames() -> Iterator[Image.Image]:
            last = first
            yield first
            for image in start:
                last = image if image.size == first.size else image.resize(first.size)
                yield last
            for index in range(1, more + 1):
                yield camera.seen(last, (index / more) ** 1.5)

        keep(work, frames(), first.size, clip.rate, count)


def video_transition(work: Work) -> None:
    """From still to still; each is shown whole for a moment."""
    stills = work.given("stills")
    size = small(stills[0].picture().convert("RGB")).size
    images = [fitted(one.picture(), size) for one in stills]
    counts = [frames_of(work, one.input.duration_seconds) for one in stills[:-1]]

    def frames() -> Iterator[Image.Image]:
        for index, count in enumerate(counts):
            said = f"{stills[index].input.prompt or ''} {work.text('prompt')}"
            mix = mix_for(words_of(said), work.dice(f"mix {index}"), size)
            for step in range(count):
                part = min(max((step / count - 0.15) / 0.7, 0.0), 1.0)
                yield mix(images[index], images[index + 1], part)
        yield images[-1]

    rate = Fraction(int(work.parameters["frameRate"]))
    keep(work, frames(), size, rate, sum(counts) + 1)


def restyle(work: Work) -> None:
    """A clip, each frame redrawn in one manner and one set of colours."""
    given = work.first("video")
    palette = work.palette([one.picture() for one in work.given("styleReferences")])
    style, strength = work.text("style"), float(work.parameters["strength"])
    with reading(given.file, given.input) as clip:
        start = clip.frames()
        first = small(next(start))

        def frames() -> Iterator[Image.Image]:
            yield _blended(first, style, strength)
            for image in start:
                sized = image if image.size == first.size else image.resize(first.size)
                yield _blended(sized, style, strength)

        def _blended(image: Image.Image, style: str, strength: float) -> Image.Image:
            plain = image.convert("RGB")
            return Image.blend(plain, restyled(plain, style, palette), strength)

        keep(work, frames(), first.size, clip.rate, clip.count or 1)
