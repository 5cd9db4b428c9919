override fun checkServerTrusted(chain: Array<out X509Certificate>?, authType: String?) { delegate.checkServerTrusted(chain, authType) }
