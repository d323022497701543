// Runs stories in one Chromium. Reads a line of JSON for each story and writes one with its result. Ends with its input, whether all
// tests are done or were killed. `tests/browser/chromium_driver.rs` starts it.
//
//     node run.mjs CHROMIUM SCRATCH      SCRATCH: a folder for this run only, removed at the end

import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { PATIENCE_MS } from './clerk.mjs';
import { Counter } from './counter.mjs';
import * as certificate from './stories/certificate.mjs';
import * as dangers from './stories/dangers.mjs';
import * as entering from './stories/entering.mjs';
import * as keys from './stories/keys.mjs';
import * as looks from './stories/looks.mjs';
import * as misreadings from './stories/misreadings.mjs';
import * as outcomes from './stories/outcomes.mjs';
import * as photo from './stories/photo.mjs';
import * as refusals from './stories/refusals.mjs';
import * as selfTest from './stories/self_test.mjs';
import * as windows from './stories/windows.mjs';

const stories = {
    ...certificate,
    ...dangers,
    ...entering,
    ...keys,
    ...looks,
    ...misreadings,
    ...outcomes,
    ...photo,
    ...refusals,
    ...selfTest,
    ...windows,
};
// A file that stories share has no story of its own.
delete stories.isFit;
const [executablePath, scratch] = process.argv.slice(2);

const launching = chromium.launch({
    executablePath,
    timeout: PATIENCE_MS,
    // Real browsers have the back/forward cache, so it is on here.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    // Chromium's sandbox does not work as root.
    chromiumSandbox: process.getuid() !== 0,
    args: [
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
    ],
});
// Every waiting test gets the reason why there is no browser.
launching.catch(() => {});

for await (const line of createInterface({ input: process.stdin })) {
    const { number, story, scene } = JSON.parse(line);
    const answer = story === '' ? { stories: Object.keys(stories) } : tell(stories[story], scene);
    Promise.resolve(answer).then((outcome) => process.stdout.write(`${JSON.stringify({ number, ...outcome })}\n`));
}
await launching.then((browser) => browser.close(), () => {});
rmSync(scratch, { recursive: true, force: true });

async function tell(story, scene) {
    if (!story) return { failure: 'there is no such story in tests/browser/stories' };
    let counter;
    try {
        counter = new Counter(await launching, scene);
        await story(counter);
        await counter.close();
        return {};
    } catch (error) {
        const failure = `${error.stack}\n\n${(await counter?.describe()) ?? ''}`;
        await counter?.abandon();
        return { failure };
    }
}
