// The certificate of a counter ends: the desk warns in time, and an ended certificate gets a page that explains.

import { strict as assert } from 'node:assert';
import { isFit } from '../../checks/fit.mjs';

const DAY = 24 * 60 * 60;

// The certificate of the device `ending` lasts twenty days.
export async function a_counter_is_told_in_time_that_its_certificate_ends(world) {
    const clerk = await world.clerk({ device: 'ending' });
    for (const [days, left] of [[0, 20], [10, 10], [9.5, 0]]) {
        await world.ask('advance', { seconds: days * DAY });
        for (const [name, path] of [['enter', '/desk/'], ['today', '/desk/today']]) {
            await clerk.open(path);
            const told = await clerk.page.locator('#expiry-notice').count();
            assert.equal(told, left < 14 ? 1 : 0, `${name}, ${left} days before the end`);
            assert.match(await clerk.page.locator('header').innerText(), /Zertifikat bis 11\.12\.2026/);
            await isFit(clerk, `certificate-${left}-days-${name}`);
        }
    }
    await world.ask('advance', { seconds: DAY });
    await clerk.open('/desk/');
    assert.equal(await clerk.page.locator('[data-problem]').getAttribute('data-problem'), 'certificate-expired');
    await isFit(clerk, 'certificate-ended');
}
