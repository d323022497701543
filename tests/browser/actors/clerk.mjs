// A clerk at a counter's computer.

import { strict as assert } from 'node:assert';
import { Person } from './person.mjs';

// Pages that a clerk with this collection can open.
export function pages(collection) {
    const own = ['', '/use', '/refuse'].map((page) => `/desk/collections/${collection}${page}`);
    return ['/desk/', '/desk/today', '/desk/self-test', ...own];
}

export class Clerk extends Person {
    static async arrives(world, device, options) {
        return super.arrives(world, device, { home: 'office', ...options });
    }

    // Actions

    async open(path = '/desk/') {
        return super.open(path);
    }

    // Types at the cursor, as on a fresh page, and presses Enter.
    async enters(code) {
        await this.sees('#code:focus');
        await this.page.keyboard.type(code);
        await this.page.keyboard.press('Enter');
    }

    // Types at the cursor like a scanner: a key every `pace` milliseconds, and Enter at the end of a line. The times of these keys begin at
    // `milliseconds` of the page (default: now). `pause` is inserted before the last `tail` keys (default: in the middle).
    async scans(text, { milliseconds = null, pause = 0, pace = 5, tail = text.length / 2 } = {}) {
        const session = await this.context.newCDPSession(this.page);
        const now = () => this.page.evaluate(() => performance.timeOrigin + performance.now());
        // Keys typed by hand keep a distance before and after the scan.
        const passes = (time) => this.page.waitForFunction((time) => performance.timeOrigin + performance.now() > time, time);
        if (milliseconds === null) await passes((await now()) + 100);
        const origin = await this.page.evaluate(() => performance.timeOrigin);
        const begin = milliseconds === null ? await now() : origin + milliseconds;
        const keys = [...text].flatMap((character, place) => {
            const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' };
            const key = character === '\n' ? enter : { key: character, text: character };
            const timestamp = (begin + place * pace + (place < text.length - tail ? 0 : pause)) / 1000;
            return ['keyDown', 'keyUp'].map((type) => session.send('Input.dispatchKeyEvent', { type, timestamp, ...key }));
        });
        await Promise.all(keys);
        const end = begin + text.length * pace + pause;
        this.scanned = end + 1600;
        await passes(end + 600);
    }

    // Goes from the first page to the photo; returns the id of its collection.
    async collects(deposit) {
        await this.open();
        await this.enters(deposit.code);
        return this.seesPhoto();
    }

    // Goes to the page "use" and waits for the file that the page saves by itself; returns the download.
    async saves(go = () => this.page.click('a#use')) {
        const [download] = await Promise.all([this.page.waitForEvent('download'), go()]);
        return download;
    }

    // Observations

    async seesPhoto() {
        await this.sees('#photo');
        await this.page.waitForFunction(() => {
            const photo = document.querySelector('#photo');
            return photo?.complete && photo.naturalWidth > 0;
        });
        return this.collection();
    }

    // Found by the address of the page.
    collection() {
        return new URL(this.page.url()).pathname.split('/')[3];
    }

    // Waits for a refusal of this kind that has the focus; returns its text.
    async isRefused(kind) {
        await this.sees(`main[data-problem="${kind}"]`);
        await this.sees('.error-summary[role=alert][tabindex="-1"]');
        // A page that answers a request is read out from the top; a typo that the script found is corrected in place.
        await this.sees('.error-summary:focus, #code[aria-invalid=true]:focus');
        const words = await this.text('.error-summary');
        assert.ok(words.length > 20, `too few words: ${words}`);
        return words;
    }

    // The script remembers that it saved a file.
    mayKeep(name) {
        return /^\/desk\/collections\/[0-9a-f-]{36}\/photo\.jpg$/.test(name);
    }

    checkCookie({ name, path }) {
        if (name === 'lichtbild_code') assert.match(path, /^\/desk\/collections\/[0-9a-f-]{36}$/);
    }
}
