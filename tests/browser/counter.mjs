// The counter of one story: its own gateway, the control server, and the clerks.

import { Clerk } from './clerk.mjs';

export class Counter {
    constructor(browser, scene) {
        this.browser = browser;
        this.scene = scene;
        this.codes = [];
        this.clerks = [];
    }

    // Sends a command to the control server; tests/browser/control_server.rs lists the commands.
    async ask(ask, fields = {}) {
        const body = JSON.stringify({ ask, ...fields });
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(this.scene.control, { method: 'POST', headers, body });
        if (!answer.ok) throw new Error(`${ask}: ${answer.status} ${await answer.text()}`);
        return answer.json();
    }

    // Deposits a photo; returns its code, id, size and digest.
    async deposit(portrait = null) {
        const deposit = await this.ask('deposit', { portrait });
        this.codes.push(deposit.code);
        return deposit;
    }

    async state(deposit) {
        return (await this.ask('photo', { photo_id: deposit.photo_id })).state;
    }

    // Lets another office lease the photo.
    async collectedElsewhere(deposit, device = 'nord') {
        const answer = await this.ask('collect', { device, code: deposit.code });
        return answer.body.collection_id;
    }

    async settledElsewhere(deposit, outcome, device = 'nord') {
        const collection = await this.collectedElsewhere(deposit, device);
        await this.ask('fetch', { device, collection, code: deposit.code });
        return this.ask('settle', { device, collection, outcome });
    }

    // Requests at the office listener since `mark`, the number of requests by then.
    async asked(mark = 0) {
        return (await this.ask('asked')).slice(mark);
    }

    // A clerk at a computer with this certificate and an empty window. With `clockAhead` the computer's clock is that many seconds ahead of
    // the gateway's, and `passes` moves both.
    async clerk({ device = 'mitte', ...options } = {}) {
        const clerk = await Clerk.arrives(this, device, options);
        this.clerks.push(clerk);
        return clerk;
    }

    async passes(seconds) {
        const now = await this.ask('advance', { seconds });
        for (const clerk of this.clerks) await clerk.passes(seconds);
        return now;
    }

    // Closes all windows and makes the checks of every story.
    async close() {
        for (const clerk of this.clerks) await clerk.isFaultless();
        await this.abandon();
        const told = (await this.asked()).flatMap(({ path, referer }) => [path, referer ?? '']);
        for (const text of told) this.keepsSecret(text, 'a request');
    }

    async abandon() {
        await Promise.all(this.clerks.map((clerk) => clerk.context.close().catch(() => {})));
    }

    // Fails if this text contains a code, in any spelling.
    keepsSecret(text, where) {
        const bare = text.replaceAll(/%(20|2d)|[\s+-]/gi, '').toUpperCase();
        for (const code of this.codes) {
            if (bare.includes(code.replaceAll('-', ''))) throw new Error(`a code stands in ${where}: ${text}`);
        }
    }

    // Describes the state of a story that failed.
    async describe() {
        const views = await Promise.all(this.clerks.map((clerk) => clerk.describe().catch((error) => error.message)));
        const asked = await this.asked().catch(() => []);
        return [...views, 'asked of the gateway:', ...asked.map((request) => JSON.stringify(request))].join('\n');
    }
}
