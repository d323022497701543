#!/usr/bin/env python3
"""The same portraits through other decoders, beside the judge: python3 benches/peers.py [BENCH_OUTPUT]

Needs Pillow (pip install pillow) and djpeg (Debian libjpeg-turbo-progs); PyTurboJPEG is measured when it is installed.
What is missing is left out and said so. Prints each decoder's time as a share of Pillow's, best of many rounds in turns; no absolute times,
which say more about the machine than about the decoder. djpeg is started anew for each picture, so the time of a start (the
same program on a picture of one pixel) is taken off. Ends within a minute.

To set the judge beside them, give it what the bench printed: cargo bench --bench judge | tee bench.txt. Its shares are of a decode
by the image crate; Pillow and libjpeg-turbo share a decoder, so compare orders, not per cents.
"""

import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 25
SECONDS = 15
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
PHOTOS = ["portrait-413x531.jpg", "portrait-827x1063.jpg", "portrait-1244x1600.jpg"]


def pillow():
    try:
        from PIL import Image
    except ImportError:
        return {}
    whole = lambda data: Image.open(io.BytesIO(data)).load()

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
        print(f"without PyTurboJPEG: {error}", file=sys.stderr)
        return {}
    return {"PyTurboJPEG": decoder.decode, "PyTurboJPEG, 1/8": lambda data: decoder.decode(data, scaling_factor=(1, 8))}


def djpeg():
    if not shutil.which("djpeg"):
        print("without djpeg: apt-get install libjpeg-turbo-progs", file=sys.stderr)
        return {}
    run = lambda arguments: lambda data: subprocess.run(
        ["djpeg", *arguments, "-outfile", "/dev/null"], input=data, check=True, timeout=10
    )
    return {"djpeg": run([]), "djpeg, 1/8": run(["-scale", "1/8"])}


def best_of(decoders, data):
    """The shortest time of each, in seconds: what else the machine does only ever adds."""
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
    if not shutil.which("cjpeg"):
        return None
    return subprocess.run(["cjpeg"], input=b"P6 1 1 255 \0\0\0", capture_output=True, check=True, timeout=10).stdout


def main():
    decoders = pillow() | turbojpeg() | djpeg()
    if "Pillow" not in decoders:
        sys.exit("Pillow is what the others are compared with: pip install pillow")
    pixel = one_pixel()
    started = {name for name in decoders if name.startswith("djpeg")}
    starts = best_of({name: decoders[name] for name in started}, pixel) if pixel else dict.fromkeys(started, 0.0)
    for photo in PHOTOS:
        best = best_of(decoders, (FIXTURES / photo).read_bytes())
        for name, seconds in best.items():
            share = (seconds - starts.get(name, 0.0)) / best["Pillow"]
            print(f"{photo}: {name:<18} {share:.2f} of Pillow")
    for path in sys.argv[1:]:
        print(*(line for line in Path(path).read_text().splitlines() if "of a decode" in line), sep="\n")


if __name__ == "__main__":
    main()
