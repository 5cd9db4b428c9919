<?php
$client = new GuzzleHttp\Client(['verify' => false]);
