// The world of one story: its own gateway, the control server, and the people.

import { Clerk } from './actors/clerk.mjs';
import { Newcomer } from './actors/newcomer.mjs';
import { Photographer } from './actors/photographer.mjs';

export class World {
    // `tools` are what a Chromium of its own needs.
    constructor(browser, scene, tools) {
        this.browser = browser;
        this.tools = tools;
        this.scene = scene;
        this.codes = [];
        this.people = [];
    }

    // Sends a command to the control server; tests/browser/gateway/control_server.rs lists the commands.
    async ask(ask, fields = {}) {
        const body = JSON.stringify({ ask, ...fields });
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(this.scene.control, { method: 'POST', headers, body });
        if (!answer.ok) throw new Error(`${ask}: ${answer.status} ${await answer.text()}`);
        return answer.json();
    }

    // Deposits a photo; returns its code, id, size and digest.
    async deposit(portrait = null, device = null) {
        const deposit = await this.ask('deposit', { portrait, device });
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

    // Requests at the listeners since `mark`, the number of requests by then.
    async asked(mark = 0) {
        return (await this.ask('asked')).slice(mark);
    }

    // A clerk at a computer with this certificate and an empty window. With `clockAhead` the computer's clock is that many seconds ahead of
    // the gateway's, and `passes` moves both.
    async clerk({ device = 'mitte', ...options } = {}) {
        return this.joins(await Clerk.arrives(this, device, options));
    }

    async photographer({ device = 'koch', ...options } = {}) {
        return this.joins(await Photographer.arrives(this, device, options));
    }

    // A person at a computer without a certificate.
    async newcomer(options = {}) {
        return this.joins(await Newcomer.arrives(this, options));
    }

    // Invites a new device; returns its code and its id. The code must not appear anywhere.
    async invites({ role = 'studio', party = 'Foto Koch', label = 'Theke' } = {}) {
        const invitation = await this.ask('invite', { role, party, label });
        this.codes.push(invitation.code);
        return invitation;
    }

    // Sets the gateway's clock to the time of the computers, which compare it with the end of certificates and invitations.
    async isToday() {
        const seconds = Math.max(0, Math.round((Date.now() - Date.parse(this.scene.now)) / 1000));
        return this.passes(seconds);
    }

    // Makes the checks of every story for this person too.
    joins(person) {
        this.people.push(person);
        return person;
    }

    // A code that a page showed: it must not appear anywhere else.
    async isShown(code) {
        this.codes.push(code);
        await this.ask('remember_code', { code });
    }

    async passes(seconds) {
        const now = await this.ask('advance', { seconds });
        for (const person of this.people) await person.passes(seconds);
        return now;
    }

    // Makes the checks of every story for this person and closes the windows, before the story goes on without them.
    async leaves(person) {
        await person.isFaultless();
        this.people = this.people.filter((other) => other !== person);
        await person.context.close();
    }

    // Closes all windows and makes the checks of every story.
    async close() {
        for (const person of this.people) await person.isFaultless();
        await this.abandon();
        const told = (await this.asked()).flatMap(({ path, referer }) => [path, referer ?? '']);
        for (const text of told) this.keepsSecret(text, 'a request');
    }

    async abandon() {
        await Promise.all(this.people.map((person) => person.context.close().catch(() => {})));
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
        const views = await Promise.all(this.people.map((person) => person.describe().catch((error) => error.message)));
        const asked = await this.asked().catch(() => []);
        return [...views, 'asked of the gateway:', ...asked.map((request) => JSON.stringify(request))].join('\n');
    }
}
