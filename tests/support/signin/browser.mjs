// A real browser as a person uses it: node browser.mjs URL [allow|deny|close] [login] [user code]
import { chromium } from 'playwright-core';

const [url, decision = 'allow', login = 'ines', userCode = ''] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking', '--disable-quic',
    '--no-first-run', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage();
  await page.route('**', (route) => {
    const host = new URL(route.request().url()).hostname;
    return ['127.0.0.1', 'localhost', '[::1]'].includes(host) ? route.continue() : route.abort();
  });
  await page.goto(url);
  if (userCode) {
    await page.fill('input[name=user_code]', userCode);
    await page.click('button[type=submit]');
    await page.click('button[type=submit]');
  }
  if (decision === 'deny') {
    await page.click('text=Cancel');
  } else if (decision === 'allow') {
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.click('button[type=submit]');
  }
  await page.waitForLoadState('load');
  await page.waitForTimeout(200);
  process.stdout.write(JSON.stringify({ address: page.url(), title: await page.textContent('h1') }) + '\n');
} finally {
  await browser.close();
}
