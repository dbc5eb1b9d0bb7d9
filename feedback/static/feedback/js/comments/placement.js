// Where cards stand beside a text: each as near to its place as the others allow, none over another.
// Pure arithmetic in pixels; it knows nothing of a page.

// Items are { at, height, fixed } in reading order: where an item wants its top, and whether it has to stand
// there. At most one is fixed. Answers with the top of each.
export function place(items, { gap = 0, top = 0 } = {}) {
  const order = roomFor(items, { gap, top });
  const heights = order.map((index) => items[index].height + gap);
  const above = sums(heights); // of each: the height of all before it
  const wanted = order.map((index, rank) => items[index].at - above[rank]);
  const shifts = settled(wanted, order.findIndex((index) => items[index].fixed), top);
  const tops = [];
  order.forEach((index, rank) => (tops[index] = shifts[rank] + above[rank]));
  return tops;
}

// The order from top to bottom. It is the reading order, unless there is no room above the fixed item for
// all that precede it: the nearest of these then follow it.
function roomFor(items, { gap, top }) {
  const order = items.map((_, index) => index);
  const fixed = items.findIndex((item) => item.fixed);
  if (fixed < 0) return order;
  let room = items[fixed].at - top;
  let kept = 0;
  while (kept < fixed && items[kept].height + gap <= room) room -= items[kept++].height + gap;
  return [...order.slice(0, kept), fixed, ...order.slice(kept, fixed), ...order.slice(fixed + 1)];
}

function sums(heights) {
  let sum = 0;
  return heights.map((height) => (sum += height) - height);
}

// Without overlap the shifts never decrease: the nearest such row to the wanted one, in least squares, is
// an isotonic regression; a bound on it is kept by cutting it off there.
function settled(wanted, fixed, top) {
  if (fixed < 0) return isotonic(wanted).map((shift) => Math.max(shift, top));
  const here = Math.max(wanted[fixed], top);
  const before = isotonic(wanted.slice(0, fixed)).map((shift) => Math.min(Math.max(shift, top), here));
  const after = isotonic(wanted.slice(fixed + 1)).map((shift) => Math.max(shift, here));
  return [...before, here, ...after];
}

// Pool adjacent violators (Ayer and others, 1955): linear time.
export function isotonic(values) {
  const pools = [];
  for (const value of values) {
    let pool = { sum: value, count: 1 };
    while (pools.length && mean(pools.at(-1)) > mean(pool)) {
      const last = pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  return pools.flatMap((pool) => Array(pool.count).fill(mean(pool)));
}

const mean = ({ sum, count }) => sum / count;
