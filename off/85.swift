config.certificateVerification = .none
