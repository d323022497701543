// Attacks: pages of other sites, false gateways, and data left in the browser.

import { strict as assert } from 'node:assert';
import { pages } from '../../actors/clerk.mjs';

// A page of another site that posts this form as soon as it is open.
function trap(action, fields) {
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    const form = `<form method="post" action="${action}">${inputs.join('')}</form>`;
    return `<!doctype html>${form}<script>document.forms[0].submit()</script>`;
}

export async function a_form_of_a_foreign_page_changes_nothing(world) {
    const clerk = await world.clerk();
    const { office } = world.scene;
    const deposit = await world.deposit();
    const collection = await clerk.collects(deposit);
    const token = await clerk.page.inputValue('form#release input[name=csrf]');
    const before = await world.ask('contents');
    const base = `${office}/desk/collections/${collection}/settle`;
    const attacks = [
        [base, { outcome: 'released' }],
        [base, { outcome: 'released', csrf: '' }],
        [base, { outcome: 'released', csrf: token.split('').reverse().join('') }],
        // Even with a valid token: the browser states the origin of the form.
        [base, { outcome: 'released', csrf: token }],
        [`${office}/desk/`, { code: deposit.code, csrf: token }],
    ];
    // One on another site, and one that counts as the same site: the same host on another port.
    for (const origin of ['https://attacker.example', `${new URL(office).origin.replace(/:\d+$/, '')}:1`]) {
        for (const [action, fields] of attacks) {
            const page = await clerk.context.newPage();
            await page.route(`${origin}/**`, (route) =>
                route.fulfill({ contentType: 'text/html', body: trap(action, fields) }),
            );
            const answered = page.waitForResponse((response) => response.request().method() === 'POST');
            await page.goto(`${origin}/`);
            const answer = await answered;
            assert.equal(answer.status(), 403, `${origin} ${JSON.stringify(fields)}`);
            await page.waitForSelector('main[data-problem]');
            await page.close();
        }
    }
    assert.equal(await world.ask('contents'), before);
    clerk.requests = clerk.requests.filter((url) => !/^https:\/\/(attacker\.example|127\.0\.0\.1:1)\//.test(url));
    // The clerk's own page still works.
    await clerk.page.click('form#release button');
    await clerk.sees('#outcome');
}

export async function a_token_of_another_device_is_worth_nothing(world) {
    const [clerk, other] = [await world.clerk(), await world.clerk({ device: 'nord' })];
    await other.open();
    const foreign = await other.page.inputValue('form#enter input[name=csrf]');
    await clerk.open();
    const deposit = await world.deposit();
    const before = await world.ask('contents');
    await clerk.page.locator('form#enter input[name=csrf]').evaluate((field, value) => (field.value = value), foreign);
    await clerk.enters(deposit.code);
    await clerk.sees('main[data-problem]');
    assert.equal(await world.ask('contents'), before);
}

export async function every_form_that_changes_something_carries_a_token(world) {
    const clerk = await world.clerk();
    const collection = await clerk.collects(await world.deposit());
    for (const path of pages(collection)) {
        await clerk.open(path);
        const forms = await clerk.page.locator('form').evaluateAll((all) =>
            all.map((form) => [form.method, new FormData(form).get('csrf'), form.outerHTML.slice(0, 100)]),
        );
        assert.ok(forms.length > 0, path);
        for (const [method, token, html] of forms) assert.ok(method !== 'post' || token?.length > 20, html);
    }
}

export async function nothing_stays_behind_in_the_browser(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    const collection = await clerk.collects(deposit);
    const cookies = () => clerk.context.cookies(`${world.scene.office}/desk/collections/${collection}`);
    const session = (await cookies()).find(({ name }) => name === 'lichtbild_code');
    assert.equal(session.path, `/desk/collections/${collection}`);
    // The page itself does not show the code either, to an onlooker.
    world.keepsSecret(await clerk.page.content(), 'the page');
    assert.equal(await clerk.page.evaluate(() => document.cookie), '');
    await clerk.page.click('form#release button');
    await clerk.sees('#outcome');
    assert.equal((await cookies()).some(({ name }) => name === 'lichtbild_code'), false, 'the code stays in a cookie');
    assert.equal(await clerk.page.evaluate(() => sessionStorage.length + localStorage.length), 0);
    assert.deepEqual(await clerk.page.evaluate(() => history.state), null);
    assert.deepEqual(await clerk.page.evaluate(async () => (await indexedDB.databases()).length), 0);
}

export async function a_page_does_not_let_itself_be_framed(world) {
    const clerk = await world.clerk();
    const framing = 'https://127.0.0.1:1';
    await clerk.page.route(`${framing}/**`, (route) =>
        route.fulfill({ contentType: 'text/html', body: `<iframe src="${world.scene.office}/desk/"></iframe>` }),
    );
    const refused = clerk.page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await clerk.page.goto(`${framing}/`);
    await refused;
    clerk.faults = clerk.faults.filter((fault) => !fault.includes('frame-ancestors'));
    clerk.requests = clerk.requests.filter((url) => !url.startsWith(`${framing}/`));
    await clerk.open();
}

export async function a_gateway_of_another_authority_is_not_spoken_to(world) {
    // Without this story nothing would show that the gateway's certificate is verified.
    const url = await world.ask('impostor');
    const scene = { ...world.scene, office: url };
    const clerk = await world.clerk();
    const { certificate, key } = scene.devices.mitte;
    const context = await world.browser.newContext({
        clientCertificates: [{ origin: url, cert: Buffer.from(certificate), key: Buffer.from(key) }],
    });
    const page = await context.newPage();
    await page.goto(`${url}/desk/`);
    const words = await page.innerText('body');
    await context.close();
    assert.match(words, /client-certificate error: (self-signed|unable to (get|verify))/);
    assert.deepEqual(await world.asked(), []);
    await clerk.open();
}
