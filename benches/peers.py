#!/usr/bin/env python3
"""Compares the photo checks with other decoders of the portraits: benches/run, or python3 benches/peers.py [BENCH_OUTPUT]

Measures Pillow (pip install Pillow), PyTurboJPEG (pip install 'PyTurboJPEG<2' for Debian's libturbojpeg0 2.x) and djpeg (Debian
libjpeg-turbo-progs). Installs nothing; a missing decoder is left out with a message. djpeg starts once per picture, so its
start-up time (measured with a picture of one pixel) is subtracted.

Prints a table of shares: of a decode by the image crate if BENCH_OUTPUT is the output of the judge bench, otherwise of Pillow.
Absolute times are left out, because they depend mainly on the machine. Each share uses the minimum of many alternating rounds,
because other work of the machine only adds time. Ends within a minute.
"""

import io
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 25
SECONDS = 15
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
PHOTOS = ["portrait-413x531.jpg", "portrait-827x1063.jpg", "portrait-1244x1600.jpg"]
# The format of print_shares in judge.rs.
LINE = re.compile(r"(?P<photo>portrait\S+): (?P<stage>.+?) +[\d.]+ of a decode(, at most (?P<limit>[\d.]+))? \((?P<us>\d+) us\)")


def missing(what, how):
    print(f"without {what}: {how}", file=sys.stderr)
    return {}


def pillow():
    try:
        from PIL import Image
    except ImportError:
        return missing("Pillow", "pip install Pillow")

    def whole(data):
        Image.open(io.BytesIO(data)).load()

    def eighth(data):
        picture = Image.open(io.BytesIO(data))
        picture.draft("L", (picture.width // 8, picture.height // 8))
        picture.load()

    return {"Pillow": whole, "Pillow, 1/8 grey": eighth}


def turbojpeg():
    try:
        from turbojpeg import TurboJPEG

        decoder = TurboJPEG()
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        return missing("PyTurboJPEG", f"pip install 'PyTurboJPEG<2'; apt install libturbojpeg0 ({str(error).splitlines()[0]})")
    return {"PyTurboJPEG": decoder.decode, "PyTurboJPEG, 1/8": lambda data: decoder.decode(data, scaling_factor=(1, 8))}


def djpeg():
    if not shutil.which("djpeg") or not shutil.which("cjpeg"):
        return missing("djpeg", "apt install libjpeg-turbo-progs")

    def run(*arguments):
        return lambda data: subprocess.run(
            ["djpeg", *arguments, "-outfile", "/dev/null"], input=data, check=True, timeout=10
        )

    return {"djpeg": run(), "djpeg, 1/8": run("-scale", "1/8")}


def best_of(decoders, data):
    """The minimum time of each decoder, in seconds."""
    best = dict.fromkeys(decoders, float("inf"))
    end = time.monotonic() + SECONDS
    for _ in range(ROUNDS):
        for name, decode in decoders.items():
            start = time.perf_counter()
            decode(data)
            best[name] = min(best[name], time.perf_counter() - start)
        if time.monotonic() > end:
            break
    return best


def one_pixel():
    return subprocess.run(["cjpeg"], input=b"P6 1 1 255 \0\0\0", capture_output=True, check=True, timeout=10).stdout


def judged(paths):
    """Results of the judge bench: seconds by photo and stage, and limits by stage."""
    times, limits = {photo: {} for photo in PHOTOS}, {}
    for match in (match for path in paths for match in LINE.finditer(Path(path).read_text())):
        times.setdefault(match["photo"], {})[match["stage"]] = int(match["us"]) / 1e6
        if match["limit"]:
            limits[match["stage"]] = match["limit"]
    return times, limits


def main():
    decoders = pillow() | turbojpeg() | djpeg()
    times, limits = judged(sys.argv[1:])
    started = {name: decode for name, decode in decoders.items() if name.startswith("djpeg")}
    starts = best_of(started, one_pixel()) if started else {}
    for photo in PHOTOS:
        best = best_of(decoders, (FIXTURES / photo).read_bytes())
        times[photo] |= {name: seconds - starts.get(name, 0.0) for name, seconds in best.items()}
    whole = next((name for name in ("decode by image", "Pillow") if all(name in times[photo] for photo in PHOTOS)), None)
    if whole is None:
        sys.exit("nothing to compare with: give the output of the judge's bench, or install Pillow")
    sizes = [photo.removeprefix("portrait-").removesuffix(".jpg") for photo in PHOTOS]
    title = f"share of a {whole}" if whole.startswith("decode") else f"share of {whole}"
    print(f"\n{title:<28}", *(f"{size:>10}" for size in sizes), "  limit")
    for name in times[PHOTOS[-1]]:
        shares = (times[photo].get(name, float("nan")) / times[photo][whole] for photo in PHOTOS)
        print(f"{name:<28}", *(f"{share:>10.2f}" for share in shares), f"  {limits.get(name, '')}".rstrip())


if __name__ == "__main__":
    main()
