"""Invented names and notes. Any likeness to a group that exists is chance."""

GROUP_NAMES = (
    "Kettle On", "The Lamplight Group", "Room for One More", "Porch Light", "Second Cup", "The Long Table",
    "Open Window", "Warm Hands", "The Quiet Corner", "Morning Bench", "New Leaf", "Harbor Light", "The Spare Chair",
    "Safe Landing", "Half Past Hope", "Good Company", "The Front Step", "Slow Tide", "Little by Little",
    "The Back Room", "Stone Bridge", "Clear Skies", "Side by Side", "The Blue Door", "Candle in the Window",
    "Four O'Clock Tea", "One Good Hour", "River Bend", "Wide Awake", "The Early Birds", "Night Shift", "Lunch Hour",
    "Plain Talk", "The Round Table", "Fresh Bread", "Here and Now", "The Willow Group", "North Star", "Paper Boats",
    "Sunday Shoes", "The Bookshelf", "Soft Start", "Steady On", "The Green Bench", "Turning Point", "Old Friends",
    "First Light", "Common Ground", "The Listening Room", "Three Steps Down", "Rain or Shine", "The Garden Gate",
    "Homeward", "A Place to Sit", "Bright Side", "The Corner Group", "Loose Ends", "Tall Trees", "The Ferry Group",
    "Snow Days", "Salt and Light", "Simple Things", "The Market Square Group", "Hand in Hand", "Back on Track",
)  # fmt: skip

VENUE_NAMES = (
    "Example Community Hall", "Example Library, Meeting Room", "Example Church, Basement", "Example Recovery Centre",
    "Example Hospital, Room 12", "Example Club House", "Example Town Hall Annex", "Example Neighborhood House",
    "Example School, Cafeteria", "Example Arts Centre", "Example Parish House", "Example Health Centre",
    "Example Senior Center", "Example Women's Centre", "Example Meditation Centre", "Example Union Hall",
    "Example Coffee House", "Example University, Student Centre",
)  # fmt: skip

STREETS = (
    "Example Street", "Sample Road", "Placeholder Avenue", "Demo Lane", "Model Square", "Invented Way", "Example Row",
    "Specimen Street",
)  # fmt: skip

HOW_TO_FIND = (
    "Side door by the car park; the light is on from 15 minutes before.",
    "Ring the bell marked Example. Second floor, the lift is on the left.",
    "Go through the garden, down three steps.",
    "Somebody stands at the front door until we start.",
    "Follow the paper arrows. The room is past the kitchen.",
)

WELCOME_NOTES = (
    "Come a little early and somebody will show you where the tea is.",
    "Sit wherever you like. You may just listen, for as many weeks as you want.",
    "First time? Say so if you like, or say nothing at all. Both are fine.",
    "There is street parking, and the bus stops across the road.",
    "We start on time and end on time. Late is better than not at all.",
)

GROUND_RULES = (
    "What is said here stays here. One person speaks at a time. You may always pass.",
    "Speak for yourself, kindly. Telephones off, please.",
    "No advice unless somebody asks for it. We keep to the time so that everybody gets a turn.",
)

DESCRIPTION = "A made-up group of the demo. It shows how a listing looks; nobody meets here."

MEETING_NOTES = (
    "Please bring your own mug.",
    "We end with ten minutes of silence.",
    "Books can be borrowed from the shelf.",
    "Coffee from half an hour before.",
    "Newcomers' questions are answered after the meeting.",
)

GENDER_RULES = ("Anyone who identifies as a woman", "Anyone who identifies as a man", "Women and non-binary people")

AGREEMENTS = (
    "Please keep what you hear to yourself, and arrive sober if you can.",
    "Please agree to our code of conduct: be kind, no selling, no recording.",
)

PAUSE_REASONS = ("The building is being painted.", "Holidays", "The hall is let for a wedding.")
CANCELLED_REASONS = ("The hall has no heating this week.", "Too few people to open the room.", "Public holiday")
