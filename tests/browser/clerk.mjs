// A clerk at a counter's computer: one browser context with its own client certificate and cookies. Checks that apply to every
// page and every request of every story are made here.

import { strict as assert } from 'node:assert';

// Time for which a story waits for a condition. With ten busy processes per core, one page took half a minute.
export const PATIENCE_MS = 120_000;

// Pages that a clerk with this collection can open.
export function pages(collection) {
    const own = ['', '/use', '/refuse'].map((page) => `/desk/collections/${collection}${page}`);
    return ['/desk/', '/desk/today', '/desk/self-test', ...own];
}

export class Clerk {
    static async arrives(counter, device, options) {
        const { javaScript = true, clockAhead = null, viewport = { width: 1280, height: 800 }, ...more } = options;
        const { office, devices, now } = counter.scene;
        const certificate = devices[device];
        const context = await counter.browser.newContext({
            viewport,
            locale: 'de-DE',
            timezoneId: 'Europe/Berlin',
            javaScriptEnabled: javaScript,
            // Playwright ends the browser's TLS connection and opens one of its own with the certificate. There it verifies the
            // gateway against NODE_EXTRA_CA_CERTS and refuses others (dangers.mjs proves it).
            clientCertificates: certificate && [
                { origin: office, cert: Buffer.from(certificate.certificate), key: Buffer.from(certificate.key) },
            ],
            ...more,
        });
        context.setDefaultTimeout(PATIENCE_MS);
        const clerk = new Clerk(counter, context);
        clerk.isScriptless = !javaScript;
        clerk.isByHand = clockAhead !== null;
        if (clerk.isByHand) {
            const time = Date.parse(now) + clockAhead * 1000;
            await context.clock.install({ time });
            // An installed clock would continue by itself, and a slow machine would count other minutes.
            await context.clock.pauseAt(time + 1000);
        }
        clerk.page = await context.newPage();
        return clerk;
    }

    constructor(counter, context) {
        this.counter = counter;
        this.context = context;
        this.requests = [];
        this.faults = [];
        this.titles = new Set();
        // Time from which keys count as typed by hand again.
        this.scanned = 0;
        // Keys that `presses` typed by hand.
        this.pressed = 0;
        context.on('request', (request) => this.requests.push(request.url()));
        context.on('response', (response) => this.checkHeaders(response));
        context.on('weberror', (error) => this.faults.push(`a script failed: ${error.error().stack}`));
        context.on('console', (message) => {
            // Chromium logs every status from 400 on; the stories check those themselves.
            const isNoise = message.text().startsWith('Failed to load resource');
            if (['error', 'warning'].includes(message.type()) && !isNoise) this.faults.push(message.text());
        });
    }

    // Advances the computer's clock if the story controls it.
    async passes(seconds) {
        if (this.isByHand) await this.context.clock.fastForward(seconds * 1000);
    }

    // Actions

    async open(path = '/desk/') {
        return this.page.goto(this.counter.scene.office + path);
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

    // Waits until a person can have seen the page: an earlier Enter, or one soon after a scan, counts as a scanner's.
    async looks() {
        if (this.isScriptless) return;
        await this.page.waitForFunction((time) => performance.timeOrigin + performance.now() > time, this.scanned);
        await this.page.waitForFunction(() => {
            const [{ domContentLoadedEventEnd: loaded }] = performance.getEntriesByType('navigation');
            return loaded > 0 && performance.now() > loaded + 300;
        });
    }

    // Presses keys one after another, each where the last one led to, as a person does.
    async presses(...keys) {
        await this.looks();
        for (const key of keys) await this.page.keyboard.press(key);
        this.pressed += keys.length;
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

    // Presses the key until the cursor is at the target.
    async tabsTo(selector) {
        for (let stops = 0; stops < 60; stops += 1) {
            if (await this.page.locator(`${selector}:focus`).count()) return;
            await this.page.keyboard.press('Tab');
        }
        throw new Error(`the Tab key does not lead to ${selector}`);
    }

    // Activates a link or a button by the keyboard.
    async takes(selector) {
        await this.tabsTo(selector);
        await this.looks();
        await this.page.keyboard.press('Enter');
    }

    // Playwright waits in vain for the load of a page from the back/forward cache.
    async goesBack() {
        await this.page.goBack({ waitUntil: 'commit' });
        await this.isThere();
    }

    async goesForward() {
        await this.page.goForward({ waitUntil: 'commit' });
        await this.isThere();
    }

    // A complete page ends with its script. A page from the back/forward cache is empty until it has been loaded again.
    async isThere() {
        await this.page.waitForSelector('main:has(h1) ~ script', { state: 'attached' });
    }

    async chooses(name, value) {
        await this.page.check(`input[name=${name}][value="${value}"]`);
    }

    // Observations

    async sees(selector) {
        const element = await this.page.waitForSelector(selector);
        this.titles.add(await this.page.title());
        return element;
    }

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

    async text(selector) {
        return (await this.page.locator(selector).innerText()).trim();
    }

    async path() {
        return new URL(this.page.url()).pathname;
    }

    // Checks of every story

    checkHeaders(response) {
        const { pathname, origin } = new URL(response.url());
        if (origin !== this.counter.scene.office || !/^\/(desk|problems\/)/.test(pathname)) return;
        const headers = response.headers();
        const require = (name, ...parts) => {
            const missing = parts.filter((part) => !(headers[name] ?? '').split(/[;,]\s*/).includes(part));
            if (missing.length) this.faults.push(`${pathname} answers without ${name}: ${missing} (${headers[name]})`);
        };
        require('x-content-type-options', 'nosniff');
        require('referrer-policy', 'no-referrer');
        const policy = headers['content-security-policy'] ?? '';
        if (policy.includes('unsafe')) this.faults.push(`${pathname} allows what is unsafe: ${policy}`);
        if (headers['content-type']?.startsWith('text/html')) {
            const closed = ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"];
            require('content-security-policy', ...closed);
        }
        // Style sheet and script are the same for all callers and may be cached.
        if (!/^text\/(css|javascript)/.test(headers['content-type'] ?? '')) require('cache-control', 'no-store');
    }

    // After a story: no unnoticed error, no request to another server, and no trace of the code.
    async isFaultless() {
        const { office } = this.counter.scene;
        for (const url of this.requests) {
            if (url.startsWith('data:')) continue;
            assert.ok(['desk', 'problems'].some((pages) => url.startsWith(`${office}/${pages}/`)), `a request to ${url.slice(0, 100)}`);
            this.counter.keepsSecret(url, 'an address');
        }
        for (const page of this.context.pages()) {
            const session = await this.context.newCDPSession(page);
            const { entries } = await session.send('Page.getNavigationHistory');
            for (const { url, title } of entries) this.counter.keepsSecret(`${url} ${title}`, 'the history');
            this.titles.add(await page.title());
        }
        const { origins, cookies } = await this.context.storageState();
        assert.deepEqual(origins, [], 'something was put into the local storage');
        for (const { name, value, httpOnly, secure, sameSite, path } of cookies) {
            this.counter.keepsSecret(`${name} ${value}`, 'a cookie');
            assert.ok(secure && sameSite === 'Strict' && httpOnly, `cookie ${name} is not well kept`);
            if (name === 'lichtbild_code') assert.match(path, /^\/desk\/collections\/[0-9a-f-]{36}$/);
        }
        for (const title of this.titles) this.counter.keepsSecret(title, 'a title');
        assert.deepEqual(this.faults, [], 'the browser complains');
    }

    async describe() {
        const views = this.context.pages().map(async (page) => {
            const words = await page.locator('body').innerText({ timeout: 1000 }).catch(() => 'nothing to read');
            return `${page.url().slice(0, 200)} shows:\n${words.slice(0, 1500)}\n`;
        });
        return [...(await Promise.all(views)), ...this.faults].join('\n');
    }
}
