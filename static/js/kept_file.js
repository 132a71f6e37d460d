/* A file that was saved here, read back on the device. Nothing of it is sent. What somebody else may
   have written into it stays outside: addresses that are not ours, and all that is not as we save it. */
import { LIKES } from "./kept.js";

const MOST_BYTES = 1_000_000;
const LONGEST = 500;
const MEETING = /^\/meetings\/([\w-]{1,200})\/$/;
const SEAT = /^\/rsvp\/[a-z0-9]{16,64}\/$/;

const isThing = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isWords = (value) => typeof value === "string" && value.length <= LONGEST;
const isInstant = (value) => isWords(value) && !Number.isNaN(Date.parse(value));
const listed = (value) => (Array.isArray(value) ? value.filter(isThing) : []);

function dateIn({ iso, words, zone, is_cancelled: isCancelled }) {
  return { iso, words, ...(isWords(zone) ? { zone } : {}), is_cancelled: isCancelled === true };
}

function meetingIn([slug, meeting]) {
  if (!isThing(meeting) || !isWords(meeting.url) || MEETING.exec(meeting.url)?.[1] !== slug || !isWords(meeting.name)) {
    return [];
  }
  const { name, url } = meeting;
  const [when, place] = [meeting.when, meeting.place].map((words) => (isWords(words) ? words : ""));
  const dates = listed(meeting.dates).filter((date) => isInstant(date.iso) && isWords(date.words)).map(dateIn);
  return [[slug, { name, url, when, place, dates, isGone: meeting.isGone === true }]];
}

function seatIn({ url, words, until }) {
  const isSeat = isWords(url) && SEAT.test(url) && isWords(words);
  return isSeat ? [{ url, words, ...(isInstant(until) ? { until } : {}) }] : [];
}

function likesIn(likes) {
  const kinds = LIKES.map((kind) => [
    kind,
    listed(likes[kind]).filter(({ value, name }) => isWords(value) && isWords(name)).map(({ value, name }) => ({ value, name })),
  ]);
  return Object.fromEntries(kinds.filter(([, chosen]) => chosen.length));
}

/* What a file holds, as `read` of kept.js gives it; null when it is none of ours. */
export async function fileHolds(file) {
  try {
    const found = file.size <= MOST_BYTES ? JSON.parse(await file.text()) : null;
    if (found?.version !== 1 || !isThing(found.meetings) || !Array.isArray(found.seats) || !isThing(found.likes)) {
      return null;
    }
    return {
      meetings: Object.fromEntries(Object.entries(found.meetings).flatMap(meetingIn)),
      seats: listed(found.seats).flatMap(seatIn),
      likes: likesIn(found.likes),
    };
  } catch {
    return null;
  }
}

/* Put into what is kept what it does not have yet; what is here already stays as it is. */
export function addTo(kept, { meetings, seats, likes }) {
  kept.meetings = { ...meetings, ...kept.meetings };
  kept.seats = withNew(kept.seats, seats, "url");
  for (const [kind, chosen] of Object.entries(likes)) {
    kept.likes[kind] = withNew(kept.likes[kind] ?? [], chosen, "value");
  }
}

function withNew(here, found, key) {
  return [...new Map([...here, ...found].reverse().map((one) => [one[key], one])).values()].reverse();
}
