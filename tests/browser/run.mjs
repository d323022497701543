// Runs stories in one Chromium. Reads a line of JSON for each story and writes one with its result. Ends with its input, whether all
// tests are done or were killed. `tests/browser/chromium_driver.rs` starts it.
//
//     node run.mjs CHROMIUM SCRATCH      SCRATCH: a folder for this run only, with the authority of all servers; removed at the end

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { PATIENCE_MS } from './actors/person.mjs';
import { CHROMIUM_ARGUMENTS, makeHome } from './own_home.mjs';
import { World } from './world.mjs';

const stories = {};
for (const file of readdirSync(new URL('stories', import.meta.url), { recursive: true })) {
    if (file.endsWith('.mjs')) Object.assign(stories, await import(`./stories/${file}`));
}
const [executablePath, scratch] = process.argv.slice(2);
const authority = join(scratch, 'server-ca.pem');

const launching = chromium.launch({
    executablePath,
    timeout: PATIENCE_MS,
    // Real browsers have the back/forward cache, so it is on here.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    // Chromium's sandbox does not work as root.
    chromiumSandbox: process.getuid() !== 0,
    args: CHROMIUM_ARGUMENTS,
    env: { ...process.env, HOME: makeHome(join(scratch, 'home'), authority) },
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
    let world;
    try {
        world = new World(await launching, scene, { executablePath, scratch, authority });
        await story(world);
        await world.close();
        return {};
    } catch (error) {
        const failure = `${error.stack}\n\n${(await world?.describe()) ?? ''}`;
        await world?.abandon();
        return { failure };
    }
}
