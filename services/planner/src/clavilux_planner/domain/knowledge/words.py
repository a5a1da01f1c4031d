"""The words a prompt is read by. A plural in -s, -es or -ies is understood without being listed."""

from clavilux_planner.domain.picture import Light, TimeOfDay, Weather

PLACES: dict[str, tuple[str, ...]] = {
    "city": (
        "city", "neon city", "downtown", "street", "alley", "skyline", "rooftop", "metropolis", "urban", "skyscraper",
        "highway", "subway", "tokyo", "new york", "berlin", "paris", "london", "cyberpunk city",
    ),
    "mountains": (
        "mountain", "peak", "summit", "alps", "hill", "valley", "cliff", "highlands", "glacier", "ridge", "fjord",
    ),
    "ocean": (
        "ocean", "sea", "beach", "coast", "shore", "underwater", "island", "harbour", "harbor", "lake",
        "seaside", "tide", "lighthouse", "ship",
    ),
    "nebula": (
        "nebula", "nebulae", "galaxy", "outer space", "space", "cosmos", "cosmic", "planet", "universe", "spaceship",
        "interstellar", "starship", "milky way",
    ),
    "desert": ("desert", "dune", "canyon", "oasis", "sahara", "mesa", "wasteland", "badlands"),
    "stage": (
        "stage", "concert", "club", "arena", "festival", "theatre", "theater", "nightclub", "dance floor", "dancefloor",
        "venue", "gig", "rave",
    ),
    "forest": ("forest", "wood", "woodland", "jungle", "grove", "rainforest", "garden", "clearing"),
    "abstract": (
        "abstract", "geometric", "shape", "pattern", "kaleidoscope", "kaleidoscopic", "fractal", "liquid", "particle",
        "psychedelic", "dreamscape",
    ),
}  # fmt: skip

TIMES: dict[TimeOfDay, tuple[str, ...]] = {
    TimeOfDay.DAWN: ("dawn", "daybreak", "sunrise", "early morning", "morning"),
    TimeOfDay.DAY: ("day", "daytime", "daylight", "noon", "midday", "afternoon", "sunny", "sunlight", "sunlit"),
    TimeOfDay.SUNSET: ("sunset", "sundown", "golden hour", "setting sun", "late afternoon"),
    TimeOfDay.DUSK: ("dusk", "twilight", "evening", "blue hour", "nightfall"),
    TimeOfDay.NIGHT: ("night", "midnight", "nighttime", "moon", "moonlight", "moonlit", "starlight", "star", "starry"),
}

WEATHERS: dict[Weather, tuple[str, ...]] = {
    Weather.CLEAR: ("clear sky", "cloudless", "clear"),
    Weather.RAIN: ("rain", "rainy", "raining", "rainfall", "storm", "stormy", "thunderstorm", "downpour", "drizzle"),
    Weather.SNOW: ("snow", "snowy", "snowing", "snowfall", "winter", "blizzard", "frozen", "ice"),
    Weather.FOG: ("fog", "foggy", "mist", "misty", "haze", "hazy", "smoke", "smoky"),
    Weather.DUST: ("dust", "dusty", "sandstorm", "pollen"),
    Weather.EMBERS: ("ember", "spark", "fire", "flame", "ash", "burning", "bonfire", "campfire", "lava"),
}

LIGHTS: dict[Light, tuple[str, ...]] = {
    Light.LOW_KEY: ("low key", "candlelight", "shadow", "shadowy", "silhouette", "dim"),
    Light.HIGH_KEY: ("high key", "bright light", "radiant", "glowing white"),
    Light.NEON: ("neon", "neon city", "neon light", "neon sign", "cyberpunk city"),
    Light.GOLDEN_HOUR: ("golden hour", "golden light", "warm light"),
    Light.MOONLIGHT: ("moonlight", "moonlit", "starlight"),
    Light.DAYLIGHT: ("daylight", "sunlight", "sunlit"),
    Light.STAGE: ("spotlight", "stage light", "strobe", "laser"),
}

PEOPLE: dict[str, tuple[str, ...]] = {
    "coat": (
        "man", "men", "detective", "stranger", "traveller", "traveler", "wanderer", "figure", "person", "people",
        "couple", "lover", "father", "old man", "driver", "astronaut", "robot", "gentleman", "someone", "hero",
    ),
    "dress": ("woman", "women", "girl", "lady", "queen", "princess", "singer", "bride", "couple", "lover", "mother"),
    "hood": ("monk", "rebel", "hacker", "hooded figure", "hood", "rapper", "skater", "runner", "ghost", "witch"),
    "guitarist": ("guitarist", "guitar player", "musician", "band", "rocker", "bassist", "rock star", "guitar"),
    "dancer": ("dancer", "ballerina", "ballet", "acrobat"),
    "child": ("child", "children", "kid", "boy", "little girl", "young girl", "little boy", "toddler"),
}  # fmt: skip

COLOURS: dict[str, str] = {
    "red": "#d62839", "crimson": "#a4161a", "scarlet": "#e5383b", "orange": "#f77f00", "amber": "#ffb000",
    "gold": "#e0a526", "golden": "#e0a526", "yellow": "#f9d423", "green": "#2e9e4f", "emerald": "#0f8a5f",
    "olive": "#7a7a32", "mint": "#98e2c6", "teal": "#12828c", "turquoise": "#2ec4b6", "cyan": "#22c9e8",
    "blue": "#2563eb", "navy": "#132a5e", "azure": "#3a9bdc", "indigo": "#3f2b96", "violet": "#7f3fbf",
    "purple": "#7b2cbf", "lavender": "#b8a1e3", "magenta": "#e0218a", "pink": "#ff6fae", "peach": "#ffb38a",
    "coral": "#ff6b57", "brown": "#7a4e2d", "copper": "#b8693a", "bronze": "#9c6b30", "beige": "#e3d2b4",
    "sepia": "#8a6a44", "ivory": "#f6efdc", "silver": "#b9c0c9", "grey": "#80868f", "gray": "#80868f",
    "black": "#08080b", "white": "#f7f7f4",
}  # fmt: skip

SHADES: dict[str, float] = {"dark": -0.18, "deep": -0.12, "light": 0.16, "pale": 0.22, "pastel": 0.2, "soft": 0.1}
"""What a word before a colour adds to its lightness."""

MOODS: dict[str, tuple[str, ...]] = {
    "dark": ("dark", "gloomy", "sad", "melancholic", "melancholy", "lonely", "haunting", "mysterious", "sinister"),
    "bright": ("bright", "happy", "joyful", "hopeful", "playful", "cheerful", "sunny", "uplifting"),
    "calm": ("calm", "peaceful", "serene", "dreamy", "gentle", "quiet", "tranquil", "slow"),
    "energetic": ("energetic", "wild", "explosive", "frantic", "euphoric", "powerful", "intense", "fast"),
}

STYLES: dict[str, tuple[str, ...]] = {
    "neo_noir": ("noir", "neo noir", "film noir", "neonoir"),
    "watercolour": ("watercolour", "watercolor", "aquarelle"),
    "documentary_35mm": ("35mm", "documentary", "handheld film", "film grain", "35 mm", "analogue film"),
    "anime": ("anime", "manga", "ghibli"),
    "claymation": ("claymation", "clay animation", "stop motion", "plasticine"),
    "vaporwave": ("vaporwave", "vapourwave"),
    "synthwave": ("synthwave", "retrowave", "outrun", "80s", "eighties"),
    "cyberpunk": ("cyberpunk", "cyberpunk city", "futuristic", "blade runner"),
    "ink": ("ink", "ink drawing", "ink wash", "calligraphy", "sumi"),
    "oil_painting": ("oil painting", "impressionist", "painterly", "oil paint"),
    "vhs": ("vhs", "glitch", "camcorder", "90s", "nineties"),
    "risograph": ("risograph", "screen print", "screenprint", "halftone"),
    "black_and_white": ("black and white", "monochrome"),
    "paper_cutout": ("paper cutout", "paper cut", "papercraft", "collage", "cutout", "origami"),
}

MOTIONS: dict[str, tuple[str, ...]] = {
    "running": ("run", "running", "chase", "chasing", "sprinting"),
    "walking": ("walk", "walking", "wandering", "wander", "strolling"),
    "dancing": ("dance", "dancing", "spinning", "twirling"),
    "flying": ("fly", "flies", "flying", "soaring", "floating", "float"),
    "driving": ("drive", "driving", "riding"),
    "swimming": ("swim", "swimming", "diving", "dive"),
    "playing": ("playing", "strumming"),
}

NEGATIONS = frozenset({"no", "without", "not", "never", "avoid", "except", "nobody", "neither", "nor"})
"""Words after which what is named must not be seen."""

CONNECTORS = frozenset({"then", "before", "after", "until", "while", "but", "when", "where"})
"""Words that begin a clause of their own."""

FIGURES_BY_CLOTHES: dict[str, str] = {
    "coat": "coat", "jacket": "coat", "suit": "coat", "trenchcoat": "coat", "dress": "dress", "gown": "dress",
    "skirt": "dress", "hood": "hood", "hoodie": "hood", "cloak": "hood", "cape": "hood", "guitar": "guitarist",
}  # fmt: skip
"""What somebody wears decides how they are drawn, whoever they are."""

ARTICLES = frozenset({"a", "an", "the", "one", "two", "three", "my", "our", "his", "her", "their", "your", "this"})
"""Words at which a description of somebody begins."""

CLOTHED_BY = frozenset({"in", "with", "wearing", "holding", "carrying"})
"""Words by which a description of somebody goes on."""

CLOTHED_UNTIL = frozenset({"and", "who", "that", "is", "are", "at", "on", "through", "under", "over", "into", "to",
                           "walks", "runs", "dances", "plays", "sings", "looks", "stands"})  # fmt: skip
"""Words at which it ends."""

ALWAYS_UNWANTED = ("text", "watermark", "logo", "subtitles", "frame border", "blur", "deformed hands", "extra limbs")
"""What no picture of any video may show."""
