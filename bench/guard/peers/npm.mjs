// node --input-type=module --eval SCRIPT PEER < texts.jsonl > verdicts.jsonl, in a folder with node_modules. Each line is
// {"text"}; each verdict {"blocked"}, or {"masked"} and, where the peer says where, {"spans"} in code points.
import readline from 'node:readline';

// points turns UTF-16 offsets into code points.
const points = (text, at) => [...text.slice(0, at)].length;
const span = (text, start, end, type) => ({start: points(text, start), end: points(text, end), type});

const types = {EMAIL: 'EMAIL_ADDRESS', NAME: 'PERSON', SSN: 'US_SSN', IBAN: 'IBAN_CODE', IPV4: 'IP_ADDRESS', IPV6: 'IP_ADDRESS', URL: 'DOMAIN_NAME'};
const typeOf = t => types[t] ?? (t.startsWith('PHONE') ? 'PHONE_NUMBER' : t.startsWith('ADDRESS') ? 'STREET_ADDRESS' : t);

const guardrail = async pick => { const g = await import('llm_guardrail'); return async t => ({blocked: await pick(g, t)}); };

const peers = {
  'llm_guardrail 2.1.2 injection': () => guardrail(async (g, t) => (await g.checkInjection(t)).detected),
  'llm_guardrail 2.1.2 jailbreak': () => guardrail(async (g, t) => (await g.checkJailbreak(t)).detected),
  'llm_guardrail 2.1.2 either': () => guardrail(async (g, t) => (await g.checkInjection(t)).detected || (await g.checkJailbreak(t)).detected),
  '@andersmyrmel/vard': async () => { const m = await import('@andersmyrmel/vard'), vard = m.vard ?? m.default; return t => ({blocked: !vard.safe(t).safe}); },
  'redact-pii': async () => { const m = await import('redact-pii'), r = new (m.SyncRedactor ?? m.default.SyncRedactor)(); return t => ({masked: r.redact(t)}); },
  '@redactpii/node': async () => { const m = await import('@redactpii/node'), r = new (m.Redactor ?? m.default.Redactor)(); return t => ({masked: r.redact(t)}); },
  '@openredaction/openredaction': async () => {
    const m = await import('@openredaction/openredaction'), r = new (m.OpenRedaction ?? m.default.OpenRedaction)();
    return async t => { const d = await r.detect(t); return {masked: d.redacted, spans: d.detections.map(f => span(t, ...f.position, typeOf(f.type)))}; };
  },
  'compromise': async () => {
    const nlp = (await import('compromise')).default;
    return t => {
      const doc = nlp(t), found = [];
      for (const [type, view] of [['PERSON', doc.people()], ['GPE', doc.places()], ['ORGANIZATION', doc.organizations()], ['EMAIL_ADDRESS', doc.emails()], ['PHONE_NUMBER', doc.phoneNumbers()]])
        for (const {offset} of view.json({offset: true, terms: false})) if (offset?.length) found.push([offset.start, offset.start + offset.length, type]);
      found.sort((a, b) => a[0] - b[0]);
      let masked = '', done = 0;
      for (const [start, end] of found) if (start >= done) { masked += t.slice(done, start) + '[X]'; done = end; }
      return {masked: masked + t.slice(done), spans: found.map(f => span(t, ...f))};
    };
  },
  'obscenity': async () => {
    const o = await import('obscenity'), m = new o.RegExpMatcher({...o.englishDataset.build(), ...o.englishRecommendedTransformers});
    return t => ({blocked: m.hasMatch(t)});
  },
  'leo-profanity': async () => { const words = (await import('leo-profanity')).default; return t => ({blocked: words.check(t)}); },
};

const ask = await peers[process.argv[1]]();
for await (const line of readline.createInterface({input: process.stdin})) {
  const {text} = JSON.parse(line);
  process.stdout.write(JSON.stringify(await ask(text)) + '\n');
}
