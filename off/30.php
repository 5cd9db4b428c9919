<?php
$c = stream_context_create(["ssl" => ["verify_peer" => false]]);
