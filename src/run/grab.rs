//! The whole run, every stage in order.

use std::{sync::Arc, time::Duration};

use rustls_pki_types::ServerName;
use tokio::time::Instant;

use crate::chain::Issuers;
use crate::chain::Presented;
use crate::stack::{Stack, client::Device, hello::Hello};
use crate::{
    endpoint::Target,
    judge::{
        every_stack::{self, NotAsked, OfStack},
        path::{self, Question, Refusal},
        prove::{self, Verified},
        proven::Proven,
        rank,
        stacks::Asked,
        work::Work,
    },
    net::{
        aia, connect,
        offload::{self, Length},
    },
    output::{bundle::Bundle, emit::Format},
    run::pack::{self, Extras, What},
    text::time::Time,
    tls::{
        Verdict,
        probe::{self, Progress},
    },
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};

pub use super::sni::Sni;
pub use crate::tls::probe::Error;

/// The options of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The roots that the user trusts.
    pub store: Store,
    /// The time as of which certificates are verified.
    pub at: Time,
    /// How long the target may take in total, from its name to the last byte.
    pub timeout: Duration,
    /// Where to connect to.
    pub connect: connect::Options,
    /// The name to send in the ClientHello.
    pub sni: Sni,
    /// The date until which the anchor has to last, if required.
    pub lasting: Option<Time>,
    /// Whether and from where issuers are fetched that the server does not send.
    pub issuers: aia::Options,
    /// The certificates to write in addition to the anchor.
    pub extras: Extras,
    /// Which handshakes may be tried.
    pub way: probe::Way,
    /// The device whose ClientHello to send.
    pub device: Option<&'static Device>,
    /// The TLS stacks that the output is for. What all of them accept is written, even if the browser
    /// rules refuse it.
    pub stacks: Vec<&'static Stack>,
    /// The names of application protocols to send (ALPN, RFC 7301).
    pub alpn: Vec<String>,
}

/// The default time limit for a target.
pub const TIMEOUT: Duration = Duration::from_secs(10);

impl Options {
    /// The usual options, with the roots to trust and the time of verification.
    #[must_use]
    pub fn new(store: Store, at: Time) -> Self {
        Self {
            store,
            at,
            timeout: TIMEOUT,
            connect: connect::Options::default(),
            sni: Sni::Target,
            lasting: None,
            issuers: aia::Options::default(),
            extras: Extras::default(),
            way: probe::Way::Auto,
            device: None,
            stacks: Vec::new(),
            alpn: Vec::new(),
        }
    }

    /// The name that the certificate of `target` must be valid for.
    #[must_use]
    pub fn wanted_name(&self, target: &Target) -> ServerName<'static> {
        match &self.sni {
            Sni::Name(name) => ServerName::DnsName(name.clone()),
            Sni::Target | Sni::None => target.name().clone(),
        }
    }
}

/// The result for a target that presented a chain.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Grab {
    /// What the server presented.
    pub presented: Presented,
    /// The issuers that were fetched.
    pub issuers: Issuers,
    /// Its anchor with the proof, or why it has none.
    pub verdict: Result<Judgement, Refusal>,
    /// How much work the target has taken, and may still take.
    pub work: Arc<Work>,
    /// The device whose ClientHello was sent, and why its TLS stack refuses the chain, if it does.
    device: Option<(&'static Device, Option<Refusal>)>,
}

/// The result of the pure stages for a chain.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Judgement {
    /// The valid paths.
    pub paths: path::Paths,
    /// The anchor with the proof.
    pub verified: Verified,
}

/// [`grab`] for callers without a runtime, such as build tools: it waits until the run ends.
///
/// # Errors
///
/// Those of [`grab`].
///
/// # Panics
///
/// If it is called from asynchronous code, which must call [`grab`], or if the system provides no event
/// queue (`epoll`, `kqueue`).
pub fn grab_blocking(target: &Target, options: &Options) -> Result<Grab, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("an event queue").block_on(grab(target, options))
}

/// Gets the chain of `target` and finds the anchor that a device must hold.
///
/// # Errors
///
/// [`Error`] if there is no connection, no STARTTLS or no handshake. A chain without an anchor is not an
/// error: the verdict says why.
pub async fn grab(target: &Target, options: &Options) -> Result<Grab, Error> {
    grab_with_progress(target, options, None).await
}

/// [`grab`] that reports its progress.
///
/// # Errors
///
/// Those of [`grab`].
pub(crate) async fn grab_with_progress(
    target: &Target,
    options: &Options,
    progress: Option<&Progress>,
) -> Result<Grab, Error> {
    let deadline = Instant::now() + options.timeout;
    let sni = options.sni.server_name(target);
    let hello = match options.device {
        Some(device) => device.hello(sni),
        None => Hello::usual(sni),
    };
    let hello = hello.with_protocols(&options.alpn);
    let (connect, way) = (&options.connect, options.way);
    let presented = probe::reach(target, &hello, connect, way, (progress, deadline)).await?;
    let work = work_until(deadline, options.timeout);
    let issuers = missing_issuers(&presented, target, options, &work, deadline).await;
    let (target, options) = (target.clone(), options.clone());
    let length = Length::of(&presented, issuers.certificates.len());
    Ok(offload::compute(length, move || conclude(*presented, issuers, &target, &options, work))
        .await)
}

/// The longest time for verifying a chain after the deadline for the network.
pub const JUDGING: Duration = Duration::from_millis(500);

/// The largest share of a target's time limit that verifying may add: a quarter.
const JUDGING_PART: u32 = 4;

/// How long verifying may take after the end of a time limit: [`JUDGING`], or a quarter of a short limit.
const fn judging(timeout: Duration) -> Duration {
    match timeout.checked_div(JUDGING_PART) {
        Some(part) if part.as_nanos() < JUDGING.as_nanos() => part,
        _ => JUDGING,
    }
}

/// The work for a target whose time limit `timeout` ends at `deadline`.
pub(crate) fn work_until(deadline: Instant, timeout: Duration) -> Arc<Work> {
    let end = deadline + judging(timeout);
    Arc::new(Work::until(move || Instant::now() > end))
}

/// The issuers fetched for `presented`: none for a leaf that is not for the target.
pub(crate) async fn missing_issuers(
    presented: &Presented,
    target: &Target,
    options: &Options,
    work: &Arc<Work>,
    deadline: Instant,
) -> Issuers {
    let name = options.wanted_name(target);
    if !presented.leaf().is_ok_and(|leaf| path::may_be_for(leaf, &name)) {
        return Issuers::default();
    }
    let chain = aia::Chain {
        presented: presented.clone(),
        store: options.store.clone(),
        at: options.at,
        work: Arc::clone(work),
    };
    aia::fetch(chain, &options.issuers, deadline).await
}

/// The pure half of [`grab`]: the verdict on a chain from any source.
#[must_use]
pub fn judge(presented: Presented, target: &Target, options: &Options) -> Grab {
    conclude(presented, Issuers::default(), target, options, Arc::default())
}

/// The same for a chain whose path alone is verified, whatever names it has.
#[must_use]
pub fn judge_path(presented: Presented, options: &Options) -> Grab {
    conclude_for(None, (presented, Issuers::default()), options, Arc::default())
}

/// The verdict on a chain for `name`, or on its path alone, by the rules of `stack` only.
///
/// The chosen anchor is one with which the stack connects, even if browsers reject the chain.
#[must_use]
pub fn judge_by(
    stack: &'static Stack,
    presented: Presented,
    name: Option<&ServerName<'static>>,
    options: &Options,
) -> Grab {
    let options = Options { stacks: vec![stack], ..options.clone() };
    let sent = (presented, Issuers::default());
    let mut grab = conclude_for(name, sent, &options, Arc::default());
    let question = Question { name, at: options.at, work: &grab.work };
    let sent = (&grab.presented, &grab.issuers);
    let verified = grab.verdict.as_ref().map(|judgement| &judgement.verified);
    let refusal = prove::refusal_of(stack, sent, &options.store, question, verified);
    if let Some(refusal) = refusal {
        grab.verdict = Err(match (grab.verdict, &refusal) {
            // The same reason in more detail.
            (Err(longer), Refusal::ByStack { rule, .. }) if longer.explains(rule) => longer,
            _ => refusal,
        });
    }
    grab
}

/// The pure half of [`grab`] with the fetched issuers and the work that the target has taken already.
#[must_use]
pub fn conclude(
    presented: Presented,
    issuers: Issuers,
    target: &Target,
    options: &Options,
    work: Arc<Work>,
) -> Grab {
    let name = options.wanted_name(target);
    conclude_for(Some(&name), (presented, issuers), options, work)
}

/// The verdict on a chain for `name`, or on its path alone.
fn conclude_for(
    name: Option<&ServerName<'static>>,
    (presented, issuers): (Presented, Issuers),
    options: &Options,
    work: Arc<Work>,
) -> Grab {
    let question = Question { name, at: options.at, work: &work };
    let stacks = options.stacks.as_slice();
    let found = path::find(&presented, &issuers.candidates(), &options.store, question);
    let by_browsers = found.and_then(|paths| {
        let mut ranked = rank::rank(&paths, &presented, &issuers);
        if let Some(until) = options.lasting {
            ranked = rank::lasting(ranked, until)?;
        }
        let verified = prove::prove(ranked, &presented, question, stacks)?;
        Ok(Judgement { paths, verified })
    });
    let verdict = by_browsers.or_else(|refusal| {
        let refusal = refusal.with_attempts(&issuers);
        let sent = (&presented, &issuers);
        let question = (question, options.lasting);
        prove::prove_by_stacks(refusal, sent, &options.store, question, stacks)
            .map(|(paths, verified)| Judgement { paths, verified })
    });
    let device = options.device.map(|device| {
        let sent = (&presented, &issuers);
        let verified = verdict.as_ref().map(|judgement| &judgement.verified);
        let refusal = device
            .stack()
            .and_then(|stack| prove::refusal_of(stack, sent, &options.store, question, verified));
        (device, refusal)
    });
    Grab { presented, issuers, verdict, work, device }
}

impl Judgement {
    /// What a device must hold for `target`, which presented `presented`: the anchor, what the server
    /// does not send, and what else `options` requests.
    #[must_use]
    pub fn bundle(&self, target: &Target, presented: &Presented, options: &Options) -> Bundle {
        let bundle = pack::pack(target, presented, &self.verified, What::Anchor).with(
            options.extras,
            &self.verified,
            options.at,
        );
        if options.extras.held { bundle.with_held(&options.store) } else { bundle }
    }
}

impl Grab {
    /// What the answer means for the device whose ClientHello was sent.
    #[must_use]
    pub fn device(&self) -> Option<Verdict> {
        let handshake = self.presented.handshake.as_ref()?;
        let (device, refusal) = self.device.as_ref()?;
        Some(device.judge(handshake, refusal.as_ref()))
    }

    /// Proves that the TLS stack which reads `format` verifies `target` with `bundle`; only what is
    /// proved can be written. A format that many stacks read is proved for the device of `options`, or
    /// else by the browser rules.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the stack refuses the server.
    pub fn prove<'a>(
        &self,
        bundle: &'a Bundle,
        format: Format,
        target: &Target,
        options: &Options,
    ) -> Result<Proven<'a>, Refusal> {
        let name = options.wanted_name(target);
        let question = Question { name: Some(&name), at: options.at, work: &self.work };
        let device = options.device.and_then(Device::stack);
        Proven::new(bundle, format, device, &self.presented, question)
    }

    /// The verdict of every TLS stack of the table on what `target` presented; without a target, on the
    /// path alone.
    ///
    /// # Errors
    ///
    /// [`NotAsked`] says why no stack can judge it.
    pub fn every_stack(
        &self,
        target: Option<&Target>,
        options: &Options,
    ) -> Result<Vec<OfStack>, NotAsked> {
        let name = target.map(|target| options.wanted_name(target));
        let asked = Asked { name: name.as_ref(), at: options.at };
        let verified = self.verdict.as_ref().ok().map(|judgement| &judgement.verified);
        every_stack::every((&self.presented, &self.issuers), &options.store, asked, verified)
    }

    /// Where a certificate between the leaf and the anchor came from.
    #[must_use]
    pub fn source(&self, certificate: &Certificate) -> Source {
        let fetched = self.issuers.certificates.iter().find(|one| one.certificate == *certificate);
        match fetched {
            Some(fetched) => Source::Fetched(fetched.url.clone()),
            None => self.presented.source.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judging_adds_at_most_a_quarter_of_the_time_limit_and_at_most_500_ms() {
        let added = |timeout| judging(Duration::from_millis(timeout)).as_millis();
        assert_eq!([4, 1_000, 2_000, 10_000].map(added), [1, 250, 500, 500]);
    }
}
