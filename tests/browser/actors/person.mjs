// A person at a computer: one browser context with its own client certificate and cookies. Checks that apply to every page and every
// request of every story are made here.

import { strict as assert } from 'node:assert';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

// Time for which a story waits for a condition. With ten busy processes per core, one page took half a minute.
export const PATIENCE_MS = 120_000;

// Addresses that pages of each listener may request.
const REQUESTED = {
    office: /^\/$|^\/(desk|problems)\/|^\/\.well-known\/est\//,
    studio: /^\/$|^\/(studio|problems)\/|^\/v1\/photos(\/check)?$|^\/\.well-known\/est\//,
    enrolment: /^\/(connect|problems)\/|^\/v1\/invitations\/lookup$|^\/\.well-known\/est\//,
};

const PAGES = /^\/(desk|studio|connect|problems)(\/|$)/;

export class Person {
    // `home` is the listener that the person opens, and `listeners` are those that may be asked.
    static async arrives(world, device, { home, listeners = [home], ...options }) {
        const { javaScript = true, clockAhead = null, viewport = { width: 1280, height: 800 }, ...more } = options;
        const { devices, now } = world.scene;
        // A device of the scene by its name, or the certificate and key of a new one.
        const certificate = typeof device === 'string' ? devices[device] : device;
        const context = await world.browser.newContext({
            viewport,
            locale: 'de-DE',
            timezoneId: 'Europe/Berlin',
            javaScriptEnabled: javaScript,
            // Playwright ends the browser's TLS connection and opens one of its own with the certificate. There it verifies the
            // gateway against NODE_EXTRA_CA_CERTS and refuses others (dangers.mjs proves it).
            clientCertificates: certificate && [
                {
                    origin: world.scene[home],
                    cert: Buffer.from(certificate.certificate),
                    key: Buffer.from(certificate.key),
                },
            ],
            ...more,
        });
        const person = new this(world, context, home, listeners);
        person.isScriptless = !javaScript;
        person.isByHand = clockAhead !== null;
        if (person.isByHand) {
            const time = Date.parse(now) + clockAhead * 1000;
            await context.clock.install({ time });
            // An installed clock would continue by itself, and a slow machine would count other minutes.
            await context.clock.pauseAt(time + 1000);
        }
        person.page = await context.newPage();
        return person;
    }

    // At a computer whose browser is open.
    static async sitsDown(world, context, { home, listeners = [home] }) {
        const person = new this(world, context, home, listeners);
        person.page = context.pages()[0] ?? (await context.newPage());
        return person;
    }

    constructor(world, context, home, listeners) {
        context.setDefaultTimeout(PATIENCE_MS);
        this.world = world;
        this.context = context;
        this.home = home;
        this.listeners = listeners;
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

    async open(path) {
        return this.page.goto(this.world.scene[this.home] + path);
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

    // Saves the file with a new certificate; returns its path, its name and its password.
    async savesFile() {
        await this.sees('#device-file');
        const [download] = await Promise.all([this.page.waitForEvent('download'), this.takes('#save-file')]);
        const password = await this.text('#file-password');
        assert.match(password, /^[0-9A-HJKMNP-TV-Z]{4,6}(-[0-9A-HJKMNP-TV-Z]{4,6}){3,}$/);
        // Playwright removes its own copy when the browser is closed.
        const path = join(mkdtempSync(join(this.world.tools.scratch, 'file-')), 'device.p12');
        await download.saveAs(path);
        return { path, name: download.suggestedFilename(), password };
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

    // Goes through the open page by the Tab key: each stop must be marked.
    async seesEveryStop(path) {
        const seen = new Set();
        let previous = '';
        for (let stops = 0; stops < 40; stops += 1) {
            await this.page.keyboard.press('Tab');
            const [name, isShown] = await this.page.evaluate(() => {
                const element = document.activeElement;
                const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
                const { width, height } = element.getBoundingClientRect();
                const isMarked = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
                const name = `${element.tagName} ${element.id} ${element.innerText ?? ''}`;
                return [name, isMarked && width > 0 && height > 0];
            });
            // The way from the last stop to the first leads past the browser's own controls.
            if (name.startsWith('BODY')) continue;
            // A date field has stops of its own: day, month, year, calendar.
            if (name === previous) continue;
            previous = name;
            if (seen.has(name)) break;
            seen.add(name);
            assert.ok(isShown, `${path}: one does not see that the focus is on ${name}`);
        }
        assert.ok(seen.size > 2, `${path} has hardly any stop: ${[...seen]}`);
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
        if (!this.listeners.some((name) => this.world.scene[name] === origin) || !PAGES.test(pathname)) return;
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

    // True if a page may request this address.
    isOurs(url) {
        const { protocol, origin, pathname } = new URL(url);
        if (protocol === 'data:') return true;
        // Data that a page made itself has the address of that page.
        return this.listeners.some((name) =>
            origin === this.world.scene[name] && (protocol === 'blob:' || REQUESTED[name].test(pathname)));
    }

    // Checks a cookie's place; overridden by each kind of person.
    checkCookie() {}

    // True if a page may keep an entry with this name until its tab is closed; overridden by each kind of person.
    mayKeep() {
        return false;
    }

    // The page keeps nothing in the browser.
    async checkStores(page) {
        if (!PAGES.test(new URL(page.url()).pathname) || this.isScriptless) return;
        const kept = await page.evaluate(async () => [
            ...(await indexedDB.databases()).map(({ name }) => name),
            ...(await caches.keys()),
            ...Object.keys(sessionStorage),
        ]);
        const unknown = kept.filter((name) => !this.mayKeep(name));
        assert.deepEqual(unknown, [], `${page.url()} keeps something in the browser`);
    }

    // After a story: no unnoticed error, no request to another server, and no trace of the code.
    async isFaultless() {
        for (const url of this.requests) {
            assert.ok(this.isOurs(url), `a request to ${url.slice(0, 100)}`);
            if (!url.startsWith('data:')) this.world.keepsSecret(url, 'an address');
        }
        for (const page of this.context.pages()) {
            const session = await this.context.newCDPSession(page);
            const { entries } = await session.send('Page.getNavigationHistory');
            for (const { url, title } of entries) this.world.keepsSecret(`${url} ${title}`, 'the history');
            this.titles.add(await page.title());
        }
        const { origins, cookies } = await this.context.storageState();
        assert.deepEqual(origins, [], 'something was put into the local storage');
        for (const page of this.context.pages()) await this.checkStores(page);
        for (const cookie of cookies) {
            const { name, value, httpOnly, secure, sameSite } = cookie;
            this.world.keepsSecret(`${name} ${value}`, 'a cookie');
            assert.ok(secure && sameSite === 'Strict' && httpOnly, `cookie ${name} is not well kept`);
            this.checkCookie(cookie);
        }
        for (const title of this.titles) this.world.keepsSecret(title, 'a title');
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
