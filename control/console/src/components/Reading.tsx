import { growthSummary } from "../memory";
import { growthPerPass, type MemoryReading, readingWords } from "../snapshot/memory_reading";
import { GrowthTable } from "./GrowthTable";

/** What a memory probe read at a hit. */
export function Reading({ reading }: { reading: MemoryReading }) {
  const perPass = growthPerPass(reading);
  return (
    <section class="reading" aria-labelledby="reading-title">
      <h3 id="reading-title">Memory</h3>
      <p class="muted">{readingWords(reading)}</p>
      <p class="memory-summary">{growthSummary(reading.answer)}</p>
      <GrowthTable answer={reading.answer} by={reading.by} label="What changed" />
      {perPass && <p class="muted">{perPass}</p>}
    </section>
  );
}
