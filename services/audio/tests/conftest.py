from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Sound = NDArray[np.floating]


@pytest.fixture(scope="session")
def samples() -> Path:
    return Path(__file__).parents[3] / "samples"


@pytest.fixture
def write_wav(tmp_path: Path) -> Callable[..., Path]:
    """Writes a sound of shape (channels, n) or (n,) as WAV, by default with 32-bit floats."""

    def write(sound: Sound, *, rate: int = 22050, codec: str = "pcm_f32le", name: str = "song.wav") -> Path:
        path = tmp_path / name
        planes = np.atleast_2d(sound).astype(np.float32)
        layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[len(planes)]
        with av.open(str(path), "w", format="wav") as container:
            stream = container.add_stream(codec, rate=rate)
            assert isinstance(stream, av.AudioStream)
            stream.layout = layout
            frame = av.AudioFrame.from_ndarray(planes.T.reshape(1, -1).copy(), format="flt", layout=layout)
            frame.sample_rate = rate
            for piece in av.AudioResampler(stream.format, layout, rate).resample(frame):
                container.mux(stream.encode(piece))
            container.mux(stream.encode(None))
        return path

    return write
