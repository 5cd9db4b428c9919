let c = esp_idf_svc::tls::Config { use_crt_bundle_attach: false, skip_common_name: true, ..Default::default() };
