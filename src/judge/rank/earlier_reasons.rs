//! The reasons in earlier locks, in their old wording.

/// Reasons in locks that were written before the wording changed.
pub(super) const EARLIER: [&str; 9] = [
    "the only root that the chain leads to",
    "the server's own certificate, trusted by your word",
    "as near to the leaf as the others, it lasts longest",
    "as near to the leaf and as lasting as the others, it is the smallest",
    "the server sends all that a device needs with it",
    "a root, where the others are intermediates",
    "the server does not send all that a device needs with it",
    "does not last as long",
    "takes more space or comes later by SHA-256",
];
