"""The points, by number. Each sentence says what a person finds."""

from __future__ import annotations

__all__ = ["GROUPS", "POINTS"]

GROUPS: dict[str, dict[int, str]] = {
    "Catalogue": {
        1: "Typing narrows the catalogue; Enter opens the first hit.",
        2: "Each type shows its icon, its name, one line about it and its state.",
        3: "A search without hits says why and offers a way back.",
        4: "A type that can't be loaded is listed with the reason, and the app starts all the same.",
        5: "What was used last and what is set up already stands first.",
        6: "The first start is one page with one main action and a sample to try.",
    },
    "Form": {
        7: "Fields stand in the schema's order; what is required says so in words.",
        8: "An error appears below its field when it is left, goes when mended, and never during the first typing.",
        9: "Saving with errors goes to the first of them and tells how many there are.",
        10: "A pasted address or JSON fills fields, shows what it holds, secrets masked; one undo takes it back.",
        11: "A secret is masked, can be revealed while typed, says where it is kept, and is never shown again.",
        12: "Fields that depend on others come and go without losing what was typed.",
        13: "Unsaved changes are guarded; Esc asks only where there are some.",
        14: "Defaults are visible; each field can go back to its own.",
        15: "Tab goes in the order of sight; labels belong to their fields and have letters to jump by.",
        16: "Help is linked, and read out as the field's description.",
    },
    "Sign-in": {
        17: "While the browser is awaited: that it is, for how long, cancel, copy the link, open it again.",
        18: "A forged answer, a refusal and a port in use each have a remedy of their own.",
        19: "An account shows who it is, what it may do and until when; signing in again is one click.",
    },
    "Connection test": {
        20: "The test goes from the name's lookup to the listing, each step with state and time, later ones skipped.",
        21: "A failed step gives the cause in one sentence, the remedy, and the raw detail folded away.",
        22: "The copied error holds version and time and no secret.",
        23: "Cancelling takes at most 100 ms; nothing is disabled without saying why.",
        24: "A result that speaks of other values than those in the form says so.",
    },
    "Sync": {
        25: "A bar where the total is known, a count where it is not; it never goes back.",
        26: "The rate is smoothed; the time left appears after some seconds, rounded.",
        27: "Pausing, going on and cancelling are states that can be seen.",
        28: "The window is updated at most 30 times a second, however many events come.",
        29: "What failed is listed item by item, and only that can be tried again.",
        30: "Closing during a sync asks: go on in the tray, stop, or stay.",
        31: "After a crash it goes on where it had stored last.",
    },
    "State": {
        32: "A state is icon, word and colour; last success and next run are told, exact times on hover.",
        33: "The last runs are bars, with a value on hover and a text for those who don't see them.",
        34: "What needs a person stands first, and the count says the same.",
        35: "The log: by level, searched, follows until one scrolls, copied, exported, with a million lines.",
    },
    "Everywhere": {
        36: "Removing is immediate and can be undone for ten seconds; then its secrets are gone, too.",
        37: "Ctrl-K reaches every action and shows its shortcut.",
        38: "Everything works by keyboard, and one sees where one is.",
        39: "No input is without a name for a screen reader.",
        40: "Light and dark; text stands out by 4.5 to 1 at least.",
        41: "At every scale and size of text, nothing is cut off.",
        42: "Without a tray nothing is lost.",
        43: "Notifications come only while the window is not looked at; a click leads to what they speak of.",
        44: "Place and page are restored, never off the screen.",
        45: "With words two fifths longer, nothing is cut off.",
        46: "The diagnostics bundle holds no secret.",
    },
}
POINTS: dict[int, str] = {number: text for points in GROUPS.values() for number, text in points.items()}
