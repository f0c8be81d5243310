//! The tasks behind the outside lines: who answers for names, and who says which lines there are.

use std::sync::Arc;

use certificates::Certificates;
use sip::locate::Question;
use switchboard::dialling::Outgoing;
use switchboard::provisioning::Provisioning;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::detour::{self, Detour};
use super::drills::Drills;
use super::exchange::News;
use super::line_tests::LineTests;
use super::mirroring::MirrorNow;
use super::notices::Notices;
use super::self_tests::SelfTests;
use super::{identity, lines, newcomers, resolver};
use crate::config::{Config, Trunk};

/// The tasks; they end when it is dropped.
pub(crate) struct Outside {
    trunk: watch::Sender<Trunk>,
    provisioning: watch::Sender<Provisioning>,
    news: mpsc::Sender<News>,
    notices: Notices,
    tasks: JoinSet<()>,
}

/// What can be tried.
pub(super) type Trials = (Drills, LineTests, Detour, SelfTests);

impl Outside {
    /// Starts them. What the switchboard asks arrives by `asked`.
    pub(super) async fn start(
        config: &Config,
        asked: mpsc::Receiver<Question>,
        mirror: watch::Receiver<Arc<MirrorNow>>,
        news: mpsc::Sender<News>,
        notices: &Notices,
    ) -> Self {
        let (trunk, trunks) = watch::channel(config.trunk.clone());
        let servers = resolver::NameServers::of(&config.trunk.name_servers);
        let mut tasks = JoinSet::new();
        let (provisioning, told) = watch::channel(config.provisioning.clone());
        tasks.spawn(newcomers::keep(told, config.sip.listen.clone(), news.clone()));
        let (notices, none) = (notices.clone(), JoinSet::new());
        let outside = Self { trunk, provisioning, news: news.clone(), notices: notices.clone(), tasks: none };
        outside.trust(&config.trunk).await;
        outside.tell(&config.outgoing).await;
        let last = resolver::LastAnswers::read(&config.data);
        // An error means that the thread has ended already.
        let _ = news.send(News::Recalled(last.recalled())).await;
        tasks.spawn(last.keep(&config.data));
        tasks.spawn(resolver::answer(servers, asked, news.clone(), last));
        tasks.spawn(lines::keep(trunks, mirror, news, notices));
        Self { tasks, ..outside }
    }

    /// What can be tried: drills, also at night if the admin wants them, tests of the access line, the way round while the lines are
    /// gone, and what would become of a call for help.
    pub(super) fn trials(&mut self, config: &Config, around: detour::Around) -> Trials {
        let (pictures, mirror) = (around.pictures.clone(), around.mirror.clone());
        let drills = Drills::new(&config.data, self.news.clone(), pictures.clone());
        self.tasks.spawn(drills.clone().keep(self.trunk.subscribe()));
        let tests = LineTests::new(config, self.news.clone(), (pictures, mirror, self.trunk.subscribe()));
        let self_tests = SelfTests::new(config, &around, self.notices.clone());
        self.tasks.spawn(self_tests.clone().keep());
        let detour = Detour::new(&config.data, self.trunk.subscribe(), self.notices.clone());
        self.tasks.spawn(detour.clone().keep(around));
        (drills, tests, detour, self_tests)
    }

    /// The lines of the configuration, now and after each reload, and where the switchboard is told.
    pub(super) fn ends(&self) -> (watch::Receiver<Trunk>, mpsc::Sender<News>) {
        (self.trunk.subscribe(), self.news.clone())
    }

    /// Takes over what the configuration says now.
    pub(super) async fn reload(&self, wanted: Config, certificates: &Arc<Certificates>) {
        let tls = identity::door(&wanted.sip, certificates, &self.notices);
        // An error means that the thread has ended already.
        let _ = self.news.send(News::Door(tls, wanted.sip.origins.clone())).await;
        self.trust(&wanted.trunk).await;
        self.tell(&wanted.outgoing).await;
        self.trunk.send_replace(wanted.trunk);
        self.provisioning.send_replace(wanted.provisioning);
    }

    async fn tell(&self, outgoing: &Outgoing) {
        // An error means that the thread has ended already.
        let _ = self.news.send(News::Outgoing(Arc::new(outgoing.clone()))).await;
    }

    async fn trust(&self, wanted: &Trunk) {
        if let Some(trusted) = identity::trusted(wanted, &self.notices) {
            // An error means that the thread has ended already.
            let _ = self.news.send(News::Trust(trusted)).await;
        }
    }
}
