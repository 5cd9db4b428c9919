//! The result of a survey as a JSON document.

use serde::Serialize;

use super::{AnchorPart, Document, ErrorPart, SCHEMA, TargetPart, anchor};
use crate::{
    endpoint::Target,
    run::{grab::Options, survey::Survey},
    tls::probe::{self, Unanswered},
};

/// A survey's result: every query, the distinct chains, and the anchors for all of them.
#[derive(Debug, Serialize)]
pub struct SurveyDocument {
    schema: u32,
    target: TargetPart,
    /// `ok` if anchors verify every chain, `untrusted` if not, `failed` if no chain came back.
    status: &'static str,
    answers: Vec<AnswerPart>,
    /// The unanswered queries, in a sentence: there may be more chains.
    unanswered: Option<String>,
    chains: Vec<Document>,
    anchors: Vec<SetPart>,
}

#[derive(Debug, Serialize)]
struct AnswerPart {
    address: String,
    name_sent: bool,
    key: &'static str,
    version: &'static str,
    /// The position of the chain in `chains`, from 0.
    chain: Option<usize>,
    /// How often this query was made.
    asked: u8,
    /// What happened instead of an answer: `reset`, `closed`, `timed_out`, `internal_error` or
    /// `refused`.
    unanswered: Option<&'static str>,
    error: Option<ErrorPart>,
}

#[derive(Debug, Serialize)]
struct SetPart {
    #[serde(flatten)]
    anchor: AnchorPart,
    /// The positions in `chains`, from 0, of what this anchor verifies.
    verifies: Vec<usize>,
}

impl SurveyDocument {
    /// The document of a survey of `target` that was made with `options`.
    #[must_use]
    pub fn new(target: &Target, survey: &Survey, options: &Options) -> Self {
        let set = survey.anchors.iter().filter_map(|sha256| {
            let anchor = anchor(survey.candidate(*sha256)?);
            Some(SetPart { anchor, verifies: survey.verified_by(*sha256) })
        });
        Self {
            schema: SCHEMA,
            target: TargetPart::new(target, options),
            status: match survey {
                survey if survey.chains.is_empty() => "failed",
                survey if survey.is_whole() => "ok",
                _ => "untrusted",
            },
            answers: answers(survey).collect(),
            unanswered: survey.unanswered_sentence(),
            chains: survey
                .chains
                .iter()
                .map(|chain| Document::of(Some(target), chain, options))
                .collect(),
            anchors: set.collect(),
        }
    }

    /// The document on one line, `\n` ended.
    #[must_use]
    pub fn to_line(&self) -> String {
        super::line(self)
    }
}

fn answers(survey: &Survey) -> impl Iterator<Item = AnswerPart> {
    survey.answers.iter().enumerate().map(|(position, (question, outcome))| {
        let error = outcome.as_ref().err();
        AnswerPart {
            address: question.place(),
            name_sent: question.names,
            key: question.key(),
            version: question.versions(),
            chain: outcome.as_ref().ok().copied(),
            asked: if survey.repeated.contains(&position) { 2 } else { 1 },
            unanswered: error.and_then(probe::Error::unanswered).map(Unanswered::name),
            error: error.map(|error| ErrorPart::new(error)),
        }
    })
}
