"""The vocabulary of the invented catalogue: no title, artist or surname here is meant to exist."""

from __future__ import annotations

from typing import Final

GENRES: Final = (
    "dream pop", "indie folk", "neo-soul", "synthwave", "deep house", "modern classical", "hip hop",
    "bossa nova", "shoegaze", "post-rock", "afrobeat", "city pop", "ambient", "cool jazz", "drum and bass",
    "chamber pop", "dub", "nu disco", "desert blues", "art rock", "cumbia", "minimal techno", "alt country",
    "trip hop",
)  # fmt: skip

ADJECTIVES: Final = (
    "Amber", "Borrowed", "Quiet", "Electric", "Paper", "Northern", "Hollow", "Golden", "Weightless", "Velvet",
    "Distant", "Copper", "Sleepless", "Tender", "Winter", "Neon", "Wandering", "Silver", "Crooked", "Salted",
    "Second", "Secret", "Slow", "Unwritten", "Open", "Blue", "Feral", "Gentle", "Half-Lit", "Indigo", "Late",
    "Lucid", "Marble", "Midnight", "Mild", "New", "Ochre", "Pale", "Patient", "Plastic", "Restless", "Rosy",
    "Scarlet", "Scattered", "Shallow", "Silent", "Small", "Soft", "Spare", "Stolen", "Summer", "Sunken",
    "Tangled", "Thin", "Tidal", "Vagrant", "Violet", "Warm", "Waxen", "Wild",
)  # fmt: skip

NOUNS: Final = (
    "Lanterns", "Harbour", "Satellites", "Orchard", "Avenue", "Mirrors", "Gravity", "Letters", "Horizon",
    "Cinema", "Rivers", "Static", "Archipelago", "Balcony", "Birches", "Bonfire", "Bridges", "Carousel",
    "Cartographer", "Cathedral", "Circuits", "Clockwork", "Comet", "Constellation", "Corridor", "Curtain",
    "Daylight", "Delta", "Dialect", "Dust", "Echoes", "Elevator", "Embers", "Errand", "Feathers", "Ferry",
    "Fever", "Fireflies", "Fog", "Frequency", "Garden", "Glacier", "Halo", "Hammock", "Handwriting",
    "Heirloom", "Honey", "Hurricane", "Island", "Jasmine", "Kite", "Ladder", "Lagoon", "Lighthouse",
    "Luggage", "Magnolia", "Maps", "Meadow", "Metronome", "Monsoon", "Motel", "Museum", "Nectar",
    "Observatory", "Oranges", "Origami", "Parade", "Parallel", "Passport", "Pendulum", "Petals", "Photograph",
    "Pilot", "Polaroid", "Postcard", "Prairie", "Prism", "Promise", "Quarry", "Radio", "Railway", "Reverie",
    "Ribbon", "Saffron", "Sailor", "Sandstone", "Season", "Shadow", "Shoreline", "Signal", "Skyline",
    "Snowfall", "Spiral", "Staircase", "Stranger", "Swimmer", "Tangerine", "Telescope",
)  # fmt: skip

GERUNDS: Final = (
    "Waiting", "Dancing", "Drifting", "Falling", "Dreaming", "Driving", "Sleeping", "Swimming", "Waking",
    "Walking", "Whispering", "Running", "Burning", "Floating", "Getting Lost", "Growing Up", "Hiding",
    "Humming", "Kneeling", "Laughing", "Learning to Swim", "Leaving", "Listening", "Meeting You", "Moving",
    "Orbiting", "Shivering", "Singing", "Spinning", "Staying Up", "Sailing", "Turning",
)  # fmt: skip

PREPOSITIONS: Final = ("in", "under", "beyond", "past", "towards", "after", "near", "before")

PLACES: Final = (
    "the Rain", "Room Nine", "the Observatory", "Sundown", "the Old Pier", "the Pines", "the Afterglow",
    "Blue Light", "the Last Train", "August", "the Tide", "the Valley", "Tomorrow", "the Equinox", "Daybreak",
    "the Overpass", "a Quiet House", "the Signal", "Low Clouds", "the Snow", "the Boulevard", "Open Water",
    "the Hour Hand", "a Borrowed Car", "the Willow", "Gate Eleven", "the Northern Line", "Late November",
    "the Harvest", "a Paper Moon", "the Antenna", "Glass Towers", "Dry Season", "the Greenhouse",
    "the Monsoon", "a Spare Key", "the Arcade", "Long Shadows", "the Fairground", "the Coastline",
)  # fmt: skip

FIRST_NAMES: Final = (
    "Amara", "Bao", "Chiara", "Davi", "Elif", "Farid", "Greta", "Hana", "Ilya", "Jonna", "Kwame", "Leocadia",
    "Mireille", "Nuno", "Oona", "Priya", "Quentin", "Rafaela", "Soren", "Tamsin", "Ulla", "Viggo", "Wren",
    "Ximena", "Yusra", "Zeno", "Anselm", "Beatriz", "Caoimhe", "Dinara", "Emeka", "Freja", "Giorgia",
    "Henrike", "Imani", "Jun", "Katya", "Lucian", "Maren", "Nadir", "Ottilie", "Pilar", "Ravi", "Saskia",
    "Tove", "Umar", "Vesna", "Wilhelmina", "Yara", "Zofia",
)  # fmt: skip

SURNAME_HEADS: Final = (
    "Alder", "Bel", "Cassa", "Dorn", "Ester", "Fal", "Gren", "Halv", "Isen", "Kor", "Lind", "Mar", "Nor",
    "Oke", "Pell", "Quill", "Rosk", "Sever", "Tal", "Und", "Vanter", "Wex", "Yar", "Zell", "Brann", "Ostra",
)  # fmt: skip

SURNAME_TAILS: Final = (
    "mere", "avento", "quist", "idze", "owen", "anova", "field", "arro", "una", "vik", "olade", "stad",
    "ique", "erly", "brecht", "oyama", "ander", "essa", "morrow", "undra", "illo", "haven", "azi", "enko",
)  # fmt: skip

COMPOUND_HEADS: Final = (
    "Ember", "Tide", "Moss", "Quartz", "Hollow", "Juniper", "Vesper", "Marble", "Cinder", "Frost", "Larch",
    "Meridian", "Opal", "Pewter", "Saffron", "Tundra", "Umber", "Willow", "Zephyr", "Bramble", "Cobalt",
    "Drift", "Fable", "Gossamer", "Heather", "Ivory", "Kelp", "Lumen", "Nimbus", "Ochre",
)  # fmt: skip

COMPOUND_TAILS: Final = (
    "lantern", "fjord", "orchard", "harbour", "parlour", "signal", "theatre", "machine", "garden", "atlas",
    "weather", "cinema", "engine", "kite", "mirror", "letter", "bureau", "ballroom", "compass", "museum",
    "swimmer", "telegraph", "bicycle", "aviary",
)  # fmt: skip

ENSEMBLES: Final = (
    "Quartet", "Collective", "Ensemble", "Society", "Parade", "Sisters", "Brothers", "Arkestra", "Trio",
    "Choir", "Sound System", "Band",
)  # fmt: skip
