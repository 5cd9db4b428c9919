val c = OkHttpClient.Builder().hostnameVerifier { _, _ -> true }.build()
