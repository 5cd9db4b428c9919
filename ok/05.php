<?php
$c = ["verify_peer" => true];
// curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false);
# verify_peer => false
