// The whole path of a studio in a Chromium of its own, with real mutual TLS and the keyboard alone.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { Newcomer } from '../actors/newcomer.mjs';
import { OwnComputer } from '../actors/own_computer.mjs';
import { Photographer } from '../actors/photographer.mjs';
import { tracesOf } from '../checks/key_traces.mjs';
import { importCertificate } from '../own_home.mjs';

function keyOf({ path, password }) {
    return execFileSync('openssl', ['pkcs12', '-in', path, '-passin', `pass:${password}`, '-nodes', '-nocerts'], { encoding: 'utf8' });
}

// Fails if a request to the gateway contained the key, in any spelling, or the password of the file.
async function isNotSent(world, key, { password }) {
    const { secret, open } = tracesOf(key);
    const found = await world.ask('containing', { searched: open });
    assert.ok(found.some((request) => /enroll$/.test(request)), 'the certificate request is not found by its public key');
    const searched = [...secret, Buffer.from(password).toString('hex')];
    assert.deepEqual(await world.ask('containing', { searched }), [], 'the key was sent');
}

export async function connect_deposit_print_refusal_withdraw_renew(world) {
    await world.isToday();
    const computer = new OwnComputer(world);
    const newcomer = world.joins(await Newcomer.sitsDown(world, await computer.starts()));
    const file = await newcomer.connects((await world.invites()).code);
    const key = keyOf(file);
    importCertificate(computer.home, file.path, file.password);
    await newcomer.finishes();
    await world.leaves(newcomer);

    const photographer = world.joins(await Photographer.sitsDown(world, await computer.starts()));
    await photographer.open('/v1/me');
    console.error(await photographer.page.innerText('body'));
    await isNotSent(world, key, file);
}
